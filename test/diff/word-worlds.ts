import { collectGarbage } from "../../src/diff/image-gc.ts";
import { nodeSliceSteps } from "../../src/diff/node-slices.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { Journal } from "../../src/model/host/journal.ts";
import { type Images, NO_IMAGES } from "../../src/model/image/image.ts";
import type { World } from "../../src/model/world.ts";
import { mountUnitName } from "../../src/unitfile/names.ts";
import { container, NOW, pod, runnable, UID } from "../translate/base.ts";
import { bare, DEAD, exit, RUNNING, stepsOf, unitName, up, withoutPast, withPast, withPods, withUnit } from "./base.ts";

export const APP = unitName("app");
export const WEB = pod();
export const GONE = { state: undefined, invocation: undefined };
export const DOWN = { state: DEAD, invocation: undefined };

export const deleted = (seconds: number, phase?: "Failed") => (of: Pod) => ({
  ...of,
  metadata: {
    ...of.metadata,
    deletionTimestamp: toTimestamp(NOW + 30_000),
    deletionGracePeriodSeconds: seconds,
  },
  ...(phase && { status: { ...of.status, phase } }),
});
export const inPhase = (phase: "Failed") => (of: Pod) => ({ ...of, status: { ...of.status, phase } });
export const unreported = (of: Pod) => ({ ...of, status: { phase: "Running" as const } });
export const rejected = (of: Pod): Pod => ({
  ...of,
  spec: { ...of.spec, runtimeClassName: "gvisor" } as never,
  status: {},
});
export const replaced = (world: World): World => ({
  ...world,
  pods: { complete: false, items: [pod({}, { uid: "second" })], because: "503" },
});
export const vanished = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });
export const changed = (world: World) =>
  withPods(world, (of) => ({ ...of, spec: { ...of.spec, containers: [container({ command: ["/usr/bin/new"] })] } }));
export const withDirectory = (world: World, change: object): World => ({
  ...world,
  directories: new Map([...world.directories].map(([uid, each]) => [uid, { ...each, ...change }])),
});

const SIDE = { ...pod({ initContainers: [container({ name: "side", restartPolicy: "Always" })] }), status: {} };
export const SERVED = withPast(
  withUnit(up({ ...SIDE, spec: { ...SIDE.spec, restartPolicy: "Never" } }), APP, GONE),
  "app",
  {
    exits: [exit(1)],
    finished: true,
  },
);
export const DISK = pod({
  volumes: [{ name: "disk", emptyDir: {} }],
  containers: [container({ volumeMounts: [{ name: "disk", mountPath: "/run/x" }] })],
});
export const NAMES = pod({
  volumes: [{ name: "names", downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } }],
  containers: [container({ volumeMounts: [{ name: "names", mountPath: "/run/x" }] })],
});
export const SIGNALLED = { ...NAMES, metadata: { ...NAMES.metadata, annotations: { "unitlet.dev/reload": "HUP" } } };
export const otherContent = (of: Pod) => withDirectory(up(of), { volumes: new Map([["names", "other"]]) });

const reserve = { bytes: 1, inodes: 1 };
export const pull = { key: "k", name: "docker.io/library/app:1", repository: "docker.io/library/app", reserve };
export const WAITING = {
  ...runnable(WEB),
  containers: runnable(WEB).containers.map(({ unit: _, ...each }) => ({
    ...each,
    pull: { ...pull, isFirst: true, missing: [] },
  })),
};
export const images = (change: Partial<Images>) =>
  ({ ...bare(WEB), images: { ...NO_IMAGES, ...change } }) satisfies World;
const tree = (digest: string, names: readonly string[]) => ({
  ...{ digest, names, size: 1, diskSize: 10, pulledAt: 0, usedAt: 0, users: [] },
});
export const collected = (digest: string) =>
  collectGarbage(images({ store: { trees: [tree(digest, ["app:1"])], diskTotal: 100, diskUsed: 99 } }), []);

export const DISK_PATH = `/var/lib/unitlet/pods/${UID}/volumes/disk`;
export const SLICE = runnable(WEB).slice.name;
export const EDITED = `${up(WEB).units.get(APP)?.text}# edited\n`;
export const DETACHED = withDirectory(up(DISK), { storage: new Set([DISK_PATH]), remount: ["disk"] });
export const FORGOTTEN = withoutPast(up(WEB), "app");
const DEAD_AGAIN = withPast(withUnit(up(WEB), APP, GONE), "app", { exits: [exit(1)] });
export const ALL_AGAIN = withDirectory(DEAD_AGAIN, { restartAll: "app" });
export const HELD = withPast(DEAD_AGAIN, "app", { held: true });
export const AGAIN = withPast(up(WEB), "app", { exits: [exit(1)] });
export const MOUNT = {
  name: mountUnitName(`/run/unitlet/pods/${UID}/volumes/share`),
  identity: { namespace: "shop", pod: "web", podUID: UID, container: "", kind: "mount", specHash: "h" },
  text: "[Mount]",
  state: { ...RUNNING, sub: "mounted" },
} as const;
export const IDLE_MOUNT = { ...MOUNT, state: DEAD };

export const journals = (world: World, seen: Readonly<Record<string, Journal>>) =>
  stepsOf({ ...world, journals: new Map(Object.entries(seen)) });
/** The steps for the slice of all pods, which has systemd's weight. */
export const SLICE_LIMITS = nodeSliceSteps(
  { ...bare(WEB), nodeSlices: new Map([["unitlet.slice", { limits: { weight: 100 } }]]) },
  new Map([["unitlet.slice", { weight: 157 }]]),
);
