import { join } from "node:path";
import { list, readOptional } from "../../io/files.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { parse } from "../../io/pods/probe-files.ts";
import { PROBE_TYPES, type ProbeType } from "../../model/api/probe.ts";
import { RUN_DIR } from "../../model/paths.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import type { ProbeCount } from "./probes.ts";

/** The state of each probe, by "UID/NAME/TYPE". docs/files.md has the format of the prober's file. */
export type ProbeStates = Readonly<
  Record<string, { readonly counts?: { readonly successful: number; readonly failed: number } }>
>;

/** Returns the number of results of each probe, from the files of the probe program. */
export function readProbeCounts(): readonly ProbeCount[] {
  const directory = join(RUN_DIR, "probes");
  const files = list(directory).filter((name) => /^\d+\.json$/.test(name));
  const all = files.map((name) => parse<ProbeStates>(readOptional(join(directory, name))) ?? {});
  return probeCounts(Object.assign({}, ...all) as ProbeStates, readPodSummaries() ?? []);
}

const TYPE_NAMES = { startup: "Startup", liveness: "Liveness", readiness: "Readiness" } as const satisfies Record<
  ProbeType,
  string
>;

/** Returns the counts of the pods that the last run has reported. The states of other pods are left over. */
export function probeCounts(states: ProbeStates, pods: readonly PodSummary[]): readonly ProbeCount[] {
  return Object.entries(states).flatMap(([key, { counts }]): ProbeCount[] => {
    const [podUID = "", container = "", type = ""] = key.split("/");
    const pod = pods.find(({ uid }) => uid === podUID);
    const knownType = PROBE_TYPES.find((each) => each === type);
    if (pod === undefined || knownType === undefined || counts === undefined) return [];
    const labels = { namespace: pod.namespace, pod: pod.name, podUID, container, type: TYPE_NAMES[knownType] };
    return (["successful", "failed"] as const).map((result) => ({ ...labels, result, count: counts[result] }));
  });
}
