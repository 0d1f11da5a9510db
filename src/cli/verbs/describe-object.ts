import type { Instant } from "../../model/api/time.ts";
import { type ApiObject, at, type Tree, textAt } from "../objects/api-object.ts";
import { POD } from "../objects/core-kinds.ts";
import { KINDS } from "../objects/kinds.ts";
import { columnWidths, formatRows } from "../objects/table.ts";
import { formatSheet, type Line, metadataLines } from "./sheet.ts";

/** Returns the description of an object that is no pod, with the pods that it has made. */
export function describeObject(object: ApiObject, pods: readonly ApiObject[], now: Instant): string {
  const { kind, metadata } = object;
  const columns = KINDS.find((each) => each.kind === kind)?.columns ?? [];
  const sheet = formatSheet([
    [0, "Name", metadata.name],
    [0, "Namespace", metadata.namespace],
    ...metadataLines(metadata),
    ...columns.map(({ heading, cell }): Line => [0, titleOf(heading), cell(object, now)]),
    ...conditionLines(object),
  ]);
  return [sheet, dataOf(object), podsTable(pods, now)].filter((each) => each !== "").join("\n");
}

/** "UP-TO-DATE" becomes "Up-to-date". */
function titleOf(heading: string): string {
  return heading.slice(0, 1) + heading.slice(1).toLowerCase();
}

/** Returns a line for each condition of an object. */
export function conditionLines(object: ApiObject): readonly Line[] {
  const conditions = (at(object, "status", "conditions") ?? []) as readonly Tree[];
  return conditions.map((each) => [
    0,
    textAt(each, "type"),
    [textAt(each, "reason"), textAt(each, "message")].filter((word) => word !== "").join(": ") ||
      textAt(each, "status"),
  ]);
}

/** The values of a ConfigMap, and the sizes of those of a Secret (`describe/describe.go: describeSecret`, v0.36). */
function dataOf({ kind, data, binaryData }: ApiObject): string {
  if (kind !== "ConfigMap" && kind !== "Secret") return "";
  const bytes = (base64: unknown) => `${Buffer.from(String(base64), "base64").length} bytes`;
  const texts = Object.entries((data ?? {}) as Tree);
  const binary = Object.entries((binaryData ?? {}) as Tree);
  const lines =
    kind === "Secret"
      ? texts.map(([key, value]) => `${key}:  ${bytes(value)}\n`)
      : [
          ...texts.map(([key, value]) => `${key}:\n----\n${value}\n\n`),
          ...binary.map(([key, value]) => `${key}: ${bytes(value)}\n`),
        ];
  return `Data\n====\n${lines.join("")}`;
}

function podsTable(pods: readonly ApiObject[], now: Instant): string {
  if (pods.length === 0) return "";
  const columns = POD.columns.filter(({ isWide }) => !isWide);
  const head = ["  NAME", ...columns.map(({ heading }) => heading)];
  const rows = pods.map((pod) => [`  ${pod.metadata.name}`, ...columns.map(({ cell }) => cell(pod, now))]);
  return `Pods:\n${formatRows([head, ...rows], columnWidths([head, ...rows]))}`;
}
