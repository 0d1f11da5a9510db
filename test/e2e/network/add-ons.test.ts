import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import { CALICO } from "../../support/add-ons/calico.ts";
import { CILIUM } from "../../support/add-ons/cilium.ts";
import { KUBE_ROUTER } from "../../support/add-ons/kube-router.ts";
import { LONGHORN_CSI, LONGHORN_MANAGER } from "../../support/add-ons/longhorn.ts";
import { MULTUS } from "../../support/add-ons/multus.ts";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  // These pods need no other policy than the default.
  const made = await ImageNode.start("add-ons", { strictPolicy: true });
  node = made.node;
  image = await made.pushBusybox();
  // systemd mounts it on a host. Only a machine of the kind nspawn has a /sys of its own, without it.
  await node.exec(
    "[ -e /sys/fs/bpf ] || { mount -o remount,rw /sys && mkdir /sys/fs/bpf && mount -t bpf bpf /sys/fs/bpf; }",
  );
});

afterAll(() => node[Symbol.asyncDispose]());

/** The pod of a DaemonSet with other programs, without probes and hooks: init containers end, the others sleep. */
function podOf(name: string, { initContainers = [], containers, ...rest }: PodSpec): object {
  const without = {
    livenessProbe: undefined,
    readinessProbe: undefined,
    startupProbe: undefined,
    lifecycle: undefined,
  };
  const running = (command: readonly string[]) => (each: Container) => ({ ...each, ...without, image, command });
  return {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name } },
    spec: {
      ...rest,
      ...{ nodeName: node.name, automountServiceAccountToken: false },
      initContainers: initContainers.map(running(["true"])),
      containers: containers.map(running(["sleep", "1000"])),
    },
  };
}

test.for<[string, PodSpec]>([
  ["calico", CALICO],
  ["cilium", CILIUM],
  ["multus", MULTUS],
  ["kube-router", KUBE_ROUTER],
  ["longhorn", LONGHORN_MANAGER],
  ["longhorn-csi", LONGHORN_CSI],
])("containers with the rights, volumes and mounts of %s start", async ([name, spec]) => {
  await node.apply(podOf(name, spec));
  const areReady = ({ status }: V1Pod = {}) => status?.containerStatuses?.every(({ ready }) => ready) && status;
  const found = await node.until(name, areReady);
  expect(found.phase).toBe("Running");
  expect(found.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual(spec.containers.map(() => 0));
});
