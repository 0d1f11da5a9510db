import { expect, test } from "vitest";
import { leaseFor } from "../../../src/report/node/lease.ts";
import { NOW } from "../base.ts";

test("leaseFor() is the kubelet's lease, owned by the Node", () => {
  expect(leaseFor("edge", "uid-1", NOW + 7)).toEqual({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "edge",
      namespace: "kube-node-lease",
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "edge", uid: "uid-1" }],
    },
    spec: { holderIdentity: "edge", leaseDurationSeconds: 40, renewTime: "2026-01-02T03:04:05.007000Z" },
  });
});

test("leaseFor() has no owner while the Node is not known", () => {
  expect(leaseFor("edge", undefined, NOW).metadata).toEqual({ name: "edge", namespace: "kube-node-lease" });
});
