import { readFileSync } from "node:fs";
import type { V1SecurityContext } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageNode } from "../e2e/support/image-node.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";

let node: Node;
let busybox: string;

beforeAll(async () => {
  const started = await ImageNode.start("sub-path-traps", { timerInterval: "1s" });
  node = started.node;
  busybox = await started.pushBusybox();
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
  await node.exec("mkdir -p /srv/canary /opt/traps; echo stolen >/srv/canary/file; chmod 777 /srv/canary");
  await node.machine.write("/opt/traps/exchange.pl", readFileSync("test/attacks/traps/exchange.pl", "utf8"));
});

afterAll(() => node[Symbol.asyncDispose]());

const RESTRICTED: V1SecurityContext = {
  ...{ runAsNonRoot: true, runAsUser: 4321, allowPrivilegeEscalation: false },
  ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
};

const VOLUMES = { volumes: [{ name: "trap", emptyDir: {} }] };
const whole = { volumeMounts: [{ name: "trap", mountPath: "/run/trap" }] };
const within = (subPath: string) => ({ volumeMounts: [{ name: "trap", mountPath: "/run/sub", subPath }] });

/** Three containers that do the same, so that a start which waits 10 s after a refusal does not hold up the others. */
const RACERS = ["main", "second", "third"];

const linesOf = async (name: string) => {
  const logs = await Promise.all(RACERS.map((container) => node.log(name, container)));
  return logs.flatMap((log) => log.split("\n")).filter((line) => line !== "");
};

/** A pod in which one container exchanges the directory `real` and the link `link`, while others start again and again. */
function racing(name: string, image: string, subPath: string, target: string): object {
  const arrange = `cd /run/trap && mkdir -p real/below && echo mine >real/file && ln -s ${target} link`;
  const first: Container = { ...shell(arrange, whole), name: "arrange", image: "host", securityContext: RESTRICTED };
  const exchange: Container = {
    ...shell("exec perl /opt/traps/exchange.pl /run/trap", whole),
    ...{ name: "exchange", image: "host", securityContext: RESTRICTED },
  };
  const main: Container = {
    ...shell("cat /run/sub/file; touch /run/sub/touched; exit 1", within(subPath)),
    ...{ image, securityContext: image === "host" ? {} : { runAsUser: 0 } },
  };
  const racers = RACERS.map((each) => ({ ...main, name: each }));
  const object = pod(node, name, [...racers, exchange], {
    ...VOLUMES,
    initContainers: [{ ...first, name: "arrange" }],
  });
  const annotations = { "unitlet.dev/back-off": "1s 1s 600s" };
  return { ...object, metadata: { name, annotations } };
}

test.each([
  ["host", "real", "/srv/canary"],
  ["host", "real", "../../../../../../../srv/canary"],
  ["host", "real", "/proc/1/root/srv/canary"],
  ["image", "real", "/srv/canary"],
  ["image", "real", "../../../../../../../srv/canary"],
])(
  "a path that is exchanged for a link all the time leads no start out of the volume: %s, %s -> %s",
  async (kind, path, target) => {
    const name = `race-${kind}-${target.length}`;
    await node.run(racing(name, kind === "host" ? "host" : busybox, path, target));
    const starts = async () => (await linesOf(name)).length;
    await node.machine.until(async () => [(await starts()) >= 8, await starts()], {
      ...{ what: "8 starts", timeout: 240_000, every: 1000 },
    });
    expect(new Set(await linesOf(name))).toEqual(new Set(["mine"]));
    expect((await node.exec("ls /srv/canary")).stdout).toBe("file\n");
    await node.kubectl("delete", "pod", name, "--timeout=200s");
  },
);

test("a path that is made follows no link which a container plants at the same time", async () => {
  const plant =
    "cd /run/trap; while :; do ln -sfn /srv/canary made 2>/dev/null; rm -rf made; mkdir -p made; rm -rf made; done";
  const main: Container = { ...shell("touch /run/sub/touched; exit 1", within("made/deep/er")), image: busybox };
  const other: Container = { ...shell(plant, whole), name: "plant", image: "host", securityContext: RESTRICTED };
  const racers = RACERS.map((name) => ({ ...main, name }));
  const object = pod(node, "made", [...racers, other], VOLUMES);
  const annotations = { "unitlet.dev/back-off": "1s 1s 600s" };
  await node.run({ ...object, metadata: { name: "made", annotations } });
  const restarts = async () => {
    const statuses = (await node.get("made"))?.status?.containerStatuses ?? [];
    return statuses.reduce((sum, { name, restartCount }) => sum + (RACERS.includes(name) ? restartCount : 0), 0);
  };
  await node.machine.until(async () => [(await restarts()) >= 5, await restarts()], { what: "5 restarts" });
  expect((await node.exec("ls -R /srv/canary")).stdout).toBe("/srv/canary:\nfile\n");
  await node.kubectl("delete", "pod", "made", "--timeout=200s");
});
