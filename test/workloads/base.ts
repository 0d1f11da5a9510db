import { ManifestError, parseManifest } from "../../src/config/manifest.ts";
import type { PodPhase, PodStatus } from "../../src/model/api/pod.ts";
import { type Instant, toTimestamp } from "../../src/model/api/time.ts";
import type { Workload } from "../../src/model/api/workload.ts";
import type { OwnedPod, WorkloadState } from "../../src/model/workload-state.ts";
import { reconcileWorkloads } from "../../src/workloads/reconcile.ts";

export type Tree = Readonly<Record<string, unknown>>;

export const NOW: Instant = Date.parse("2026-03-01T12:00:00Z");

const VERSIONS: Readonly<Record<Workload["kind"], string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
};

/** Returns the document of a workload called web, whose pods have a network of their own. */
export function document(kind: Workload["kind"], spec: Tree = {}, pod: Tree = {}, name = "web"): Tree {
  const policy = kind === "Job" ? { restartPolicy: "Never" } : {};
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { hostNetwork: false, ...policy, containers: [{ name: "main", image: "host", command: ["v1"] }], ...pod },
  };
  const selector = kind === "Job" ? {} : { selector: { matchLabels: { app: "web" } } };
  return { apiVersion: VERSIONS[kind], kind, metadata: { name }, spec: { ...selector, template, ...spec } };
}

/** The pod spec of another template. */
export const V2: Tree = { containers: [{ name: "main", image: "host", command: ["v2"] }] };

/** Returns the workload of a document. */
export function parsed(written: Tree): Workload {
  const object = parseManifest(written, "edge");
  if (!("workload" in object)) throw new Error("is no workload");
  return object.workload;
}

/** Returns the mistakes of a document as messages; none for one that is right. */
export function mistakes(written: Tree): string {
  try {
    parseManifest(written, "edge");
    return "";
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return error.message;
  }
}

/** A host that runs pods of a directory: what was made, and the time. */
export class Host {
  now = NOW;
  states: readonly WorkloadState[] = [];
  dueAt: Instant | undefined;

  /** Lets one run decide. */
  run(workloads: readonly Workload[], { complete = true, taken = [] as readonly string[], maxPods = 110 } = {}): this {
    const { states, now } = this;
    const result = reconcileWorkloads({ workloads, states, complete, taken: new Set(taken), maxPods, now });
    this.states = result.states;
    this.dueAt = result.dueAt;
    return this;
  }

  get pods(): readonly OwnedPod[] {
    return this.states.flatMap(({ pods }) => pods);
  }

  /** Names of the pods, with what is special about each. */
  get names(): readonly string[] {
    return this.pods.map(({ pod: { metadata, spec, status } }) => {
      const ends = metadata.deletionTimestamp === undefined ? [] : ["ends"];
      return [metadata.name, spec.containers[0]?.command?.[0], status?.phase, ...ends].filter(Boolean).join(" ");
    });
  }

  /** Gives pods a status. */
  set(status: PodStatus | undefined, which: (owned: OwnedPod) => boolean = () => true): this {
    this.states = this.states.map((state) => ({
      ...state,
      pods: state.pods.map((each) => (which(each) && status ? { ...each, pod: { ...each.pod, status } } : each)),
    }));
    return this;
  }

  /** Makes all pods ready now that were not. */
  ready(which: (owned: OwnedPod) => boolean = () => true): this {
    return this.set(readySince(this.now), (each) => which(each) && each.pod.status === undefined);
  }

  /** Drops the pods that end. */
  gone(): this {
    this.states = this.states.map((state) => ({
      ...state,
      pods: state.pods.filter(({ pod }) => pod.metadata.deletionTimestamp === undefined),
    }));
    return this;
  }

  after(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }
}

export function readySince(at: Instant): PodStatus {
  return { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: toTimestamp(at) }] };
}

/** The status of a pod that has ended at an instant. */
export function endedWith(phase: PodPhase, at: Instant): PodStatus {
  return { phase, conditions: [{ type: "Ready", status: "False", lastTransitionTime: toTimestamp(at) }] };
}
