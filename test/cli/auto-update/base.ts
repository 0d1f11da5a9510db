import { withPinnedImages } from "../../../src/io/auto-update/pinned-images.ts";
import type { ContainerStatus, Pod, PodStatus } from "../../../src/model/api/pod.ts";
import { type Instant, toTimestamp } from "../../../src/model/api/time.ts";
import type { Deployment, StatefulSet, Workload } from "../../../src/model/api/workload.ts";
import type { AutoUpdateState } from "../../../src/model/auto-update.ts";
import { document, NOW, parsed, type Tree } from "../../workloads/base.ts";

export const [OLD, NEW, NEWER] = ["a", "b", "c"].map((letter) => `sha256:${letter.repeat(64)}`) as [
  string,
  string,
  string,
];
export const IMAGE = "registry.example/web:v1";
const ANNOTATIONS = { "unitlet.dev/auto-update": "registry" };

/** A pod of the directory whose only container asks for updates. */
export function webPod(status?: PodStatus, image = IMAGE): Pod {
  return {
    metadata: { namespace: "default", name: "web", uid: "uid", annotations: ANNOTATIONS },
    spec: { containers: [{ name: "main", image }] },
    ...(status && { status }),
  };
}

/** A workload whose template asks for updates. */
export function webWorkload(kind: "Deployment" | "StatefulSet", spec: Tree = {}): Deployment | StatefulSet {
  const template = {
    metadata: { labels: { app: "web" }, annotations: ANNOTATIONS },
    spec: { containers: [{ name: "main", image: IMAGE }] },
  };
  return parsed(document(kind, { template, ...spec })) as Deployment | StatefulSet;
}

/** Returns the objects as the agent runs them with these states. */
export function pinned(states: readonly AutoUpdateState[], workloads: readonly Workload[], pods: readonly Pod[] = []) {
  return withPinnedImages({ pods, workloads }, states);
}

interface Runs {
  readonly digest?: string;
  readonly image?: string;
  readonly restarts?: number;
  /** Since when; undefined: it is not ready. */
  readonly ready?: Instant;
}

/** The status of a pod whose container runs an image. */
export function running({ digest = OLD, image = IMAGE, restarts = 0, ready }: Runs = {}): PodStatus {
  const own: ContainerStatus = {
    ...{ name: "main", image, imageID: `registry.example/web@${digest}`, containerID: "unitlet://1" },
    ...{ ready: ready !== undefined, restartCount: restarts, lastState: {} },
    state: { running: { startedAt: toTimestamp(ready ?? NOW) } },
  };
  const since = toTimestamp(ready ?? NOW);
  const conditions = [{ type: "Ready", status: ready === undefined ? "False" : "True", lastTransitionTime: since }];
  return { phase: "Running", conditions, containerStatuses: [own] } as PodStatus;
}
