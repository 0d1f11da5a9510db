import { expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import { NO_HISTORY } from "../../../src/model/exit-record.ts";
import { type Images, NO_IMAGES } from "../../../src/model/image/image.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, pod, runnable, UID } from "../base.ts";

const NAME = "docker.io/library/app:1";
const STORED = {
  ...{ name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/trees/ab/rootfs", checkedAt: 0, size: 1, diskSize: 1 },
  config: {
    ...{ entrypoint: ["/app"], command: [], environment: [], workingDirectory: "", user: "", stopSignal: "" },
    volumes: [],
  },
  ...{ passwd: "", group: "" },
};
const IMAGES: Images = { ...NO_IMAGES, stored: new Map([[imageKey({ kind: "oci", name: NAME }), STORED]]) };
const SANDBOX = `/run/unitlet/pods/${UID}/sandbox`;
const LOOK: Container = { name: "look", image: "app:1" };

const histories = new Map([["app", { ...NO_HISTORY, started: { at: 0, invocation: "a" } }]]);

function translated(spec: Partial<PodSpec>) {
  const own = pod({ hostNetwork: false, ...spec });
  const config = { ...CONFIG, imagePulls: "allow", podNetwork: "bridge" } as const;
  const network = { addresses: ["10.86.0.2"], isHost: false, namespacePath: `${SANDBOX}/net` };
  const directory = { uid: UID, files: new Map(), volumes: new Map(), histories };
  return runnable(own, { config, network, directory, images: IMAGES });
}

function bundleOf(spec: Partial<PodSpec>) {
  const file = translated(spec).files.find(({ name }) => name === "look.json");
  const { hostname, mounts, linux } = JSON.parse(file?.text ?? "{}");
  const spaces = linux.namespaces.map(({ type, path }: { type: string; path?: string }) => [type, path ?? "own"]);
  const memory = mounts.filter(({ destination }: { destination: string }) => destination === "/dev/shm");
  return { hostname, spaces: Object.fromEntries(spaces), memory, sysctl: linux.sysctl };
}

const ON_HOST = { containers: [container()] };
const ADDED = { ...ON_HOST, ephemeralContainers: [LOOK] };
const sysctls = [{ name: "kernel.shm_rmid_forced", value: "1" }];

test("an ephemeral container on an image does not change the sandbox of containers on the host's files", () => {
  const before = translated(ON_HOST).auxiliaryUnits;
  expect(translated(ADDED).auxiliaryUnits).toEqual(before);
});

test("it has the pod's network, and the rest is its own", () => {
  const { memory, ...rest } = bundleOf({ ...ADDED, shareProcessNamespace: true, securityContext: { sysctls } });
  expect(rest).toEqual({
    hostname: "web",
    spaces: { mount: "own", cgroup: "own", pid: "own", ipc: "own", network: `${SANDBOX}/net`, uts: "own" },
    sysctl: { "kernel.shm_rmid_forced": "1" },
  });
  expect(memory).toEqual([
    {
      ...{ destination: "/dev/shm", type: "tmpfs", source: "tmpfs" },
      options: ["nosuid", "nodev", "rw", "mode=1777", "size=67108864"],
    },
  ]);
});

test("among containers on images it shares theirs", () => {
  const { spaces, sysctl } = bundleOf({
    ...ADDED,
    containers: [{ ...LOOK, name: "app" }],
    securityContext: { sysctls },
  });
  expect([spaces.ipc, spaces.uts, sysctl]).toEqual([`${SANDBOX}/ipc`, `${SANDBOX}/uts`, {}]);
});
