import { type AutoUpdateState, targetName, type UpdateResult } from "../../model/auto-update.ts";
import { formatTable } from "../columns.ts";
import { age } from "../status-table.ts";
import type { Finding } from "./decide.ts";
import type { Target } from "./targets.ts";

export interface Row {
  readonly target: Target;
  readonly finding: Finding;
  /** How an update has ended; undefined: there was none. */
  readonly result?: UpdateResult;
}

const HEADER = ["NAMESPACE", "NAME", "CONTAINER", "IMAGE", "POLICY", "UPDATED"];

/** Returns a row for each container, as `podman auto-update` does, and below the table why some are not updated. */
export function updateTable(rows: readonly Row[]): string {
  if (rows.length === 0) return "No pod asks for updates: see the annotation unitlet.dev/auto-update.\n";
  const reasons = rows.flatMap(({ target, finding, result }) => {
    const because = result === undefined ? finding.because : result.because;
    return because === undefined ? [] : [`${targetName(target)} ${finding.container.name}: ${oneLine(because)}\n`];
  });
  const cells = rows.map(({ target, finding, result }) => [
    target.namespace,
    `${target.kind.toLowerCase()}/${target.name}`,
    finding.container.name,
    finding.container.image,
    "registry",
    updatedOf(finding, result),
  ]);
  return `${formatTable([HEADER, ...cells])}${reasons.length === 0 ? "" : `\n${reasons.join("")}`}`;
}

/** Returns the same for scripts. */
export function updateDetails(rows: readonly Row[]): readonly object[] {
  return rows.map(({ target: { kind, namespace, name }, finding, result }) => {
    const because = result === undefined ? finding.because : result.because;
    const { container, to } = finding;
    return {
      ...{ kind, namespace, name, container: container.name, image: container.image },
      ...{ updated: updatedOf(finding, result), ...(container.current && { from: container.current }) },
      ...(to && { to }),
      ...(because && { because }),
    };
  });
}

function updatedOf({ updated }: Finding, result: UpdateResult | undefined): string {
  if (result === undefined) return updated;
  return result.result === "updated" ? "true" : result.result;
}

const STATUS_HEADER = ["NAMESPACE", "NAME", "CONTAINER", "IMAGE", "UPDATE", "AGE"];

/** Returns the part of `unitlet status` with the last update of each target; "" when there was none. */
export function lastUpdates(states: readonly AutoUpdateState[], now: number): string {
  const sorted = states.toSorted((a, b) => (targetName(a) < targetName(b) ? -1 : 1));
  const rows = sorted.flatMap(({ kind, namespace, name, trial, last, containers }) => {
    const where = [namespace, `${kind.toLowerCase()}/${name}`];
    if (trial !== undefined) {
      const update = trial.phase === "switch" ? "under way" : "being rolled back";
      return Object.keys(trial.to).map((each) => [
        ...[...where, each, containers[each]?.image ?? "", update, age(trial.since, now)],
      ]);
    }
    return (last?.changes ?? []).map(({ container, image }) => [
      ...[...where, container, image, last?.result ?? "", age(last?.at, now)],
    ]);
  });
  if (rows.length === 0) return "";
  const reasons = sorted.flatMap((state) => {
    const because = state.trial?.because ?? (state.trial === undefined ? state.last?.because : undefined);
    return because === undefined ? [] : [`${targetName(state)}: ${oneLine(because)}\n`];
  });
  return `\n${formatTable([STATUS_HEADER, ...rows])}${reasons.length === 0 ? "" : `\n${reasons.join("")}`}`;
}

/** Messages contain texts of registries and of programs in containers. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}
