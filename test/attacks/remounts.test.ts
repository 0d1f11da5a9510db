import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageNode } from "../e2e/support/image-node.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";

let node: Node;
let busybox: string;

beforeAll(async () => {
  const started = await ImageNode.start("remount-traps", { timerInterval: "1s" });
  node = started.node;
  busybox = await started.pushBusybox();
  await node.kubectl("label", "namespace", node.namespace, "pod-security.kubernetes.io/enforce=baseline");
});

afterAll(() => node[Symbol.asyncDispose]());

/** Covers the volume with a directory that is gone, in mounts of its own, and writes to whatever is mounted in its place. */
const ARRANGE = "mkdir /trap/bait && mount --bind /trap/bait /data && rmdir /trap/bait && touch /trap/ready";
const WRITE = "while sleep 0.2; do mount -o remount,bind,rw /data; echo planted >/data/planted; done 2>/dev/null";

test("a container with mounts of its own gets no directory again that it could make writable", async () => {
  await node.kubectl("create", "configmap", "present", "--from-literal=key=value");
  const main = {
    ...shell(`exec unshare -Urm sh -c '${ARRANGE}; ${WRITE}'`, {
      volumeMounts: [
        { name: "present", mountPath: "/data" },
        { name: "trap", mountPath: "/trap" },
      ],
    }),
    image: busybox,
  };
  const volumes = [
    { name: "present", configMap: { name: "present" } },
    { name: "trap", emptyDir: {} },
  ];
  await node.run(pod(node, "remounted", main, { volumes }));
  await node.machine.until(() => node.exec("ls /var/lib/unitlet/pods/*/volumes/trap/ready"), { what: "the trap" });
  await node.exec("rm -rf /run/unitlet/pods/*/volumes/present");
  await node.container("remounted", ({ restartCount }) => restartCount > 0);
  expect((await node.exec("cd /run/unitlet/pods/*/volumes/present && ls")).stdout).toBe("key\n");
});
