import { invocationOf } from "../model/api/container-id.ts";
import type { Instant } from "../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import type { ContainerSummary, PodSummary } from "../model/pod-summary.ts";
import { type ActualUnit, isContainer } from "../model/unit.ts";
import type { PodDirectory } from "../model/world.ts";
import { formatTable } from "./columns.ts";

/** What the host knows of its pods. */
export interface KnownPods {
  readonly units: readonly ActualUnit[];
  readonly directories: ReadonlyMap<string, Pick<PodDirectory, "histories">>;
  /** What the last run reported, possibly before a reboot. */
  readonly summaries: readonly PodSummary[];
  readonly now: Instant;
}

/** The column of addresses is there while a pod has a network of its own. */
const HEADER = ["NAMESPACE", "POD", "PHASE", "CONTAINER", "STATE", "RESTARTS", "AGE"];

/**
 * Returns a table with a row for each container, and below it the reasons why pods do not run. A pod without containers on
 * this host, such as a rejected one, has one row.
 */
export function statusTable(known: KnownPods): string {
  const pods = podsOf(known);
  if (pods.length === 0) return "No pods.\n";
  const reasons = pods.flatMap(reasonsOf).map((line) => `${line}\n`);
  const rows = pods.flatMap((pod) => rowsOf(pod, known.now).map((row) => [...row, addressOf(pod)]));
  const hasAddresses = pods.some(({ summary }) => summary.addresses !== undefined);
  const table = formatTable(
    hasAddresses ? [[...HEADER, "IP"], ...rows] : [HEADER, ...rows.map((row) => row.slice(0, -1))],
  );
  return reasons.length === 0 ? table : `${table}\n${reasons.join("")}`;
}

interface KnownPod {
  readonly summary: PodSummary;
  readonly containers: readonly KnownContainer[];
}

interface KnownContainer {
  readonly name: string;
  readonly history: ContainerHistory;
  readonly unit?: ActualUnit;
  readonly summary?: ContainerSummary;
}

/** Returns the pods of the last report, and those that have units only. */
function podsOf({ units, directories, summaries }: KnownPods): readonly KnownPod[] {
  const own = Map.groupBy(units.filter(isContainer), ({ identity }) => identity?.podUID ?? "");
  const reported = new Map(summaries.map((each) => [each.uid, each]));
  const unreported = [...own].flatMap(([uid, [first]]): PodSummary[] => {
    const { namespace = "", pod = "" } = first?.identity ?? {};
    return reported.has(uid) ? [] : [{ namespace, name: pod, uid, phase: "Unknown", containers: [] }];
  });
  return [...summaries, ...unreported].toSorted(byName).map((summary) => {
    const found = own.get(summary.uid) ?? [];
    const names = [...summary.containers.map(({ name }) => name), ...found.map(({ identity }) => identity?.container)];
    const containers = [...new Set(names)].flatMap((name): KnownContainer[] => {
      if (name === undefined) return [];
      const unit = found.find(({ identity }) => identity?.container === name);
      const container = summary.containers.find((each) => each.name === name);
      const history = directories.get(summary.uid)?.histories.get(name) ?? NO_HISTORY;
      return [{ name, history, ...(unit && { unit }), ...(container && { summary: container }) }];
    });
    return { summary, containers };
  });
}

function byName(one: PodSummary, other: PodSummary): number {
  return `${one.namespace}/${one.name}` < `${other.namespace}/${other.name}` ? -1 : 1;
}

function rowsOf({ summary, containers }: KnownPod, now: Instant): string[][] {
  const { namespace, name, phase } = summary;
  // A pod that was rejected has no statuses of containers.
  const shown = containers.filter((each) => each.unit !== undefined || each.summary?.reason !== undefined);
  if (shown.length === 0) return [[namespace, name, phase, "-", summary.reason ?? "-", "-", "-"]];
  return shown.map((each) => [
    ...[namespace, name, phase, each.name, stateOf(each, now), String(restartsOf(each))],
    age(each.unit?.state?.active === "active" ? each.history.started?.at : undefined, now),
  ]);
}

function addressOf({ summary }: KnownPod): string {
  return summary.addresses?.join(",") ?? "-";
}

function reasonsOf({ summary, containers }: KnownPod): string[] {
  const { namespace, name, reason, message } = summary;
  const pod = `${namespace}/${name}`;
  const own = reason === undefined ? [] : [`${pod}: ${reason}: ${message ?? ""}`];
  const waiting = containers.flatMap((each) =>
    each.summary?.state === "waiting" && each.summary.message
      ? [{ ...each.summary, message: each.summary.message }]
      : [],
  );
  return [...own, ...waiting.map((each) => `${pod} ${each.name}: ${each.reason}: ${each.message}`)].map(oneLine);
}

/** Messages contain texts of the API and of images. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}

function stateOf({ unit, history, summary }: KnownContainer, now: Instant): string {
  const { active, sub } = unit?.state ?? { active: "inactive", sub: "dead" };
  if (sub === "start-pre")
    return history.backOffUntil
      ? `back-off (${Math.max(0, Math.ceil((history.backOffUntil - now) / 1000))}s)`
      : "starting";
  if (active === "active" || (active === "activating" && sub === "start")) return "running";
  // systemd 254 and newer also say auto-restart-queued.
  if (sub.startsWith("auto-restart")) return "starting";
  if (active !== "inactive") return sub;
  const last = history.exits.at(-1);
  if (last === undefined) return history.done ? "done" : withoutRecord(summary);
  return last.code === "exited" ? `exited ${last.status}` : `${last.code || last.result} ${last.status}`.trim();
}

/** A container that ran at the last report and does not run has ended with the host. */
function withoutRecord(summary: ContainerSummary | undefined): string {
  if (summary?.state === "running") return "ended";
  return summary?.reason ?? summary?.state ?? "waiting";
}

/**
 * Returns the number of restarts. A start that the last report shows and that neither runs nor has an exit record has ended
 * with the host, which counts as an exit.
 */
function restartsOf({ unit, history, summary }: KnownContainer): number {
  const exits = history.exits.length + history.forgottenExits;
  const known = unit?.state?.active === "active" ? exits : Math.max(0, exits - 1);
  const reported = summary?.restarts ?? 0;
  const invocation = invocationOf(summary?.containerID);
  const hasRecord = history.exits.some((each) => each.invocation === invocation);
  const isLost =
    summary?.state === "running" && !hasRecord && unit?.state?.active === "active" && unit.invocation !== invocation;
  return Math.max(known, isLost ? reported + 1 : reported);
}

/** Returns how long ago something was, with a unit; "-" for what has not been. */
export function age(since: Instant | undefined, now: Instant): string {
  if (since === undefined) return "-";
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
