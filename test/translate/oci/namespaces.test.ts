import { describe, expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import { NO_HISTORY } from "../../../src/model/exit-record.ts";
import { type Images, NO_IMAGES, type StoredImage } from "../../../src/model/image/image.ts";
import type { PodDirectory } from "../../../src/model/world.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, pod, runnable, UID } from "../base.ts";

const NAME = "docker.io/library/app:1";
const STORED: StoredImage = {
  ...{ name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/trees/ab/rootfs", checkedAt: 0, size: 1, diskSize: 1 },
  config: {
    ...{ entrypoint: ["/app"], command: [], environment: [], workingDirectory: "", user: "", stopSignal: "" },
    volumes: [],
  },
  passwd: "",
  group: "",
};
const IMAGES: Images = { ...NO_IMAGES, stored: new Map([[imageKey({ kind: "oci", name: NAME }), STORED]]) };
const SANDBOX = `/run/unitlet/pods/${UID}/sandbox`;
const UNIT = "unitlet-sandbox.shop.web.pod.service";

const onImage = (name: string): Container => ({ name, image: "app:1" });

/** What is known of containers: the one called "app" runs. */
const DIRECTORY: PodDirectory = {
  ...{ uid: UID, files: new Map(), volumes: new Map() },
  histories: new Map([["app", { ...NO_HISTORY, started: { at: 0, invocation: "a" } }]]),
};

function translated(spec: Partial<PodSpec> = {}, directory = DIRECTORY) {
  const own = pod({ containers: [onImage("app")], hostNetwork: false, ...spec });
  return runnable(own, { config: { ...CONFIG, imagePulls: "allow" }, images: IMAGES, directory });
}

function namespaces(spec: Partial<PodSpec>, of = "app"): Record<string, string> {
  const file = translated(spec).files.find(({ name }) => name === `${of}.json`);
  const list: { type: string; path?: string }[] = JSON.parse(file?.text ?? "{}").linux.namespaces;
  return Object.fromEntries(list.map(({ type, path }) => [type, path ?? "own"]));
}

function unitOf(spec: Partial<PodSpec>, of = "app") {
  const found = translated(spec).containers.find(({ name }) => name === of)?.unit;
  return decodeUnit(found?.text ?? "");
}

function service(spec: Partial<PodSpec>) {
  const { Service = {} } = decodeUnit(translated(spec).auxiliaryUnits[0]?.text ?? "");
  return Service;
}

const debugger_ = (targetContainerName?: string) => ({
  ...onImage("look"),
  ...(targetContainerName === undefined ? {} : { targetContainerName }),
});

describe("namespaces of a container", () => {
  const OWN = { mount: "own", cgroup: "own" };
  const PODS = { ipc: `${SANDBOX}/ipc`, uts: `${SANDBOX}/uts` };

  test.for<[string, Partial<PodSpec>, Record<string, string>]>([
    ["host name and IPC are the pod's, processes its own", {}, { ...OWN, ...PODS, pid: "own" }],
    ["the host's name with its network", { hostNetwork: true }, { ...OWN, ipc: PODS.ipc, pid: "own" }],
    ["the host's IPC", { hostIPC: true }, { ...OWN, uts: PODS.uts, pid: "own" }],
    ["the host's processes", { hostPID: true }, { ...OWN, ...PODS }],
    ["the pod's processes", { shareProcessNamespace: true }, { ...OWN, ...PODS, pid: `${SANDBOX}/pid` }],
    ["all of the host's", { hostNetwork: true, hostPID: true, hostIPC: true }, OWN],
  ])("%s", ([, spec, expected]) => {
    expect(namespaces(spec)).toEqual(expected);
  });

  test("an ephemeral one sees the processes of its target, or its own", () => {
    const of = (target?: string, rest: Partial<PodSpec> = {}) =>
      namespaces({ ephemeralContainers: [debugger_(target)], ...rest }, "look").pid;
    expect([of(), of("app"), of("app", { shareProcessNamespace: true }), of("app", { hostPID: true })]).toEqual([
      "own",
      `/run/unitlet/pods/${UID}/look.target`,
      `${SANDBOX}/pid`,
      undefined,
    ]);
  });

  test("only a target on an image has processes of its own to be seen", () => {
    const containers = [container()];
    expect(namespaces({ containers, ephemeralContainers: [debugger_("app")] }, "look").pid).toBe("own");
  });
});

describe("the sandbox", () => {
  test("comes before its containers, and goes after them", () => {
    const { Unit = {} } = unitOf({});
    expect([Unit.Requires, Unit.After?.includes(UNIT)]).toEqual([[UNIT], true]);
  });

  test.for<[string, Partial<PodSpec>, string]>([
    ["IPC and host name", {}, '"--ipc" "--uts=web"'],
    ["no name of its own", { hostNetwork: true }, '"--ipc"'],
    ["processes", { hostNetwork: true, shareProcessNamespace: true }, '"--ipc" "--pid"'],
    ["one container on an image is enough", { containers: [container(), onImage("b")] }, '"--ipc" "--uts=web"'],
    [
      "also one that is added",
      { containers: [container()], ephemeralContainers: [debugger_()] },
      '"--ipc" "--uts=web"',
    ],
  ])("%s", ([, spec, words]) => {
    expect(service(spec).ExecStart).toEqual([`:"/lib/unitlet/pod-sandbox" "${UID}" "up" ${words}`]);
  });

  test.for<[string, Partial<PodSpec>]>([
    ["what is the host's needs none", { hostNetwork: true, hostPID: true, hostIPC: true }],
    ["nor do containers on the host's files", { containers: [container()], shareProcessNamespace: true }],
  ])("%s", ([, spec]) => {
    expect([translated(spec).auxiliaryUnits, unitOf(spec).Unit?.Requires]).toEqual([[], undefined]);
  });

  test("has a process only for shared processes", () => {
    const alone = service({});
    const shared = service({ shareProcessNamespace: true });
    expect([alone.Type, alone.RemainAfterExit, alone.KillSignal]).toEqual([["oneshot"], ["yes"], undefined]);
    expect([shared.Type, shared.RemainAfterExit, shared.KillSignal]).toEqual([["forking"], undefined, ["SIGKILL"]]);
  });
});

test("what does not end with its first process is ended by name", () => {
  const mode = (spec: Partial<PodSpec>) => unitOf(spec).Service?.KillMode;
  expect([mode({}), mode({ shareProcessNamespace: true }), mode({ hostPID: true })]).toEqual([
    ["process"],
    ["process"],
    ["mixed"],
  ]);
});

test("crun is told whose processes an ephemeral container is to see", () => {
  const start = (target?: string) => unitOf({ ephemeralContainers: [debugger_(target)] }, "look").Service?.ExecStart;
  expect(start("app")).toEqual([expect.stringMatching(/ "create" "\/trees\/ab\/rootfs" "app"$/)]);
  expect(start()).toEqual([expect.stringMatching(/ "create" "\/trees\/ab\/rootfs"$/)]);
});

describe("a target that does not run", () => {
  const wait = (spec: Partial<PodSpec>, histories: PodDirectory["histories"] = new Map()) => {
    const { containers } = translated(
      { ephemeralContainers: [debugger_("app")], ...spec },
      { ...DIRECTORY, histories },
    );
    return containers.find(({ name }) => name === "look")?.waiting;
  };

  test("is waited for, in the kubelet's words", () => {
    const message = "unable to find target container app: it is not running";
    expect(wait({})).toEqual({ reason: "CreateContainerConfigError", message });
  });

  test.for<[string, Partial<PodSpec>, PodDirectory["histories"]?]>([
    ["once it runs", {}, DIRECTORY.histories],
    ["where the pod's processes are shared", { shareProcessNamespace: true }],
    ["without a target", { ephemeralContainers: [debugger_()] }],
    ["when it has been seen before", {}, new Map([["look", { ...NO_HISTORY, started: { at: 0, invocation: "b" } }]])],
  ])("is not waited for %s", ([, spec, histories]) => {
    expect(wait(spec, histories)).toBeUndefined();
  });
});

describe("what cannot be had is told", () => {
  const told = (spec: Partial<PodSpec>) => translated({ hostNetwork: true, ...spec }).problems.map(({ path }) => path);
  const containers = [container()];

  test.for<[string, Partial<PodSpec>, string[]]>([
    ["shared processes on images", { shareProcessNamespace: true }, []],
    ["on the host's files", { containers, shareProcessNamespace: true }, ["spec.shareProcessNamespace"]],
    ["not shared", { containers, shareProcessNamespace: false }, []],
    ["a target on an image", { ephemeralContainers: [debugger_("app")] }, []],
    [
      "a target on the host's files",
      { containers, ephemeralContainers: [debugger_("app")] },
      ["spec.ephemeralContainers[look].targetContainerName"],
    ],
    ["the same among the host's processes", { containers, hostPID: true, ephemeralContainers: [debugger_("app")] }, []],
    [
      "from the host's files",
      { ephemeralContainers: [{ ...container({ name: "look" }), targetContainerName: "app" }] },
      [],
    ],
  ])("%s", ([, spec, expected]) => {
    expect(told(spec)).toEqual(expected);
  });
});
