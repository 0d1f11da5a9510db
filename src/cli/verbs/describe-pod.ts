import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import { ageOf } from "../objects/human-duration.ts";
import { podCells } from "../objects/pod-columns.ts";
import { columnWidths, formatRows } from "../objects/table.ts";
import { containerLines } from "./describe-container.ts";
import { volumeLines } from "./describe-volume.ts";
import type { LoggedEvent } from "./pod-events.ts";
import type { PodUnit } from "./pod-units.ts";
import { formatSheet, type Line, listLines, metadataLines } from "./sheet.ts";

/** What the host knows of a pod besides the object. */
export interface PodFacts {
  readonly units: readonly PodUnit[];
  /** Undefined: the API server has them. */
  readonly events: readonly LoggedEvent[] | undefined;
  readonly now: Instant;
}

/** Returns the description of a pod (`describe/describe.go: describePod`, v0.36), with its units. */
export function describePod(pod: Pod, facts: PodFacts): string {
  const { spec, status = {} } = pod;
  const parts = [
    formatSheet([
      ...headLines(pod, facts.now),
      ...containerLines("Init Containers", spec.initContainers, status.initContainerStatuses, facts.units),
      ...containerLines("Containers", spec.containers, status.containerStatuses, facts.units),
      ...containerLines(
        "Ephemeral Containers",
        spec.ephemeralContainers,
        status.ephemeralContainerStatuses,
        facts.units,
      ),
      ...(status.conditions ?? []).flatMap((each, index): Line[] => [
        ...(index === 0 ? [[0, "Conditions:"] as const] : []),
        [1, each.type, [each.status, each.reason, each.message].filter((word) => word).join(" ")],
      ]),
      ...volumeLines(spec.volumes),
    ]),
    unitsTable(facts.units),
    eventsTable(pod, facts),
  ];
  return parts.join("");
}

function headLines(pod: Pod, now: Instant): readonly Line[] {
  const { metadata, spec, status = {} } = pod;
  const owner = metadata.ownerReferences?.[0];
  const isEnding = metadata.deletionTimestamp !== undefined;
  return [
    [0, "Name", metadata.name],
    [0, "Namespace", metadata.namespace],
    [0, "UID", metadata.uid],
    [0, "Node", spec.nodeName ?? "<none>"],
    [0, "Start Time", status.startTime ?? "<none>"],
    ...metadataLines(metadata),
    [0, "Status", isEnding ? podCells(pod, now).status : (status.phase ?? "Pending")],
    ...(status.reason ? [[0, "Reason", status.reason] as const] : []),
    ...(status.message ? [[0, "Message", status.message] as const] : []),
    ...listLines(
      0,
      "IPs",
      (status.podIPs ?? []).map(({ ip }) => ip),
    ),
    ...(owner ? [[0, "Controlled By", `${owner.kind}/${owner.name}`] as const] : []),
    ...(status.qosClass ? [[0, "QoS Class", status.qosClass] as const] : []),
  ];
}

function unitsTable(units: readonly PodUnit[]): string {
  if (units.length === 0) return "Units:  <none>\n";
  const rows = units.map(({ name, state }) => [`  ${name}`, state]);
  return `Units:\n${formatRows(rows, columnWidths(rows))}`;
}

function eventsTable({ metadata }: Pod, { events, now }: PodFacts): string {
  if (events === undefined)
    return `Events:  the API server has them: kubectl describe pod ${metadata.name} -n ${metadata.namespace}\n`;
  if (events.length === 0) return "Events:  <none>\n";
  const age = ({ first, last, count }: LoggedEvent) => {
    const since = (at: Instant) => ageOf(new Date(at).toISOString(), now);
    return count === 1 ? since(last) : `${since(last)} (x${count} over ${since(first)})`;
  };
  const rows = events.map((each) => [`  ${each.type}`, each.reason, age(each), each.message.replaceAll("\n", " ")]);
  const all = [["  Type", "Reason", "Age", "Message"], ...rows];
  return `Events:\n${formatRows(all, columnWidths(all))}`;
}
