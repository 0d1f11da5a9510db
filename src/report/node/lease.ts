import type { Instant } from "../../model/api/time.ts";

export interface Lease {
  readonly apiVersion: "coordination.k8s.io/v1";
  readonly kind: "Lease";
  readonly metadata: {
    readonly name: string;
    readonly namespace: "kube-node-lease";
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec: {
    readonly holderIdentity: string;
    readonly leaseDurationSeconds: number;
    readonly renewTime: string;
  };
}

interface OwnerReference {
  readonly apiVersion: "v1";
  readonly kind: "Node";
  readonly name: string;
  readonly uid: string;
}

/**
 * Returns the node's lease (`component-helpers/apimachinery/lease/controller.go: newLease`, v0.36). Its owner is the
 * Node, with which it is deleted.
 */
export function leaseFor(nodeName: string, nodeUID: string | undefined, now: Instant): Lease {
  const owner = { apiVersion: "v1", kind: "Node", name: nodeName } as const;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: nodeName,
      namespace: "kube-node-lease",
      ...(nodeUID !== undefined && { ownerReferences: [{ ...owner, uid: nodeUID }] }),
    },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime: microTime(now) },
  };
}

/** What stands for the time in the body of a renewal that is sent later. */
export const TIME = "%s";

/** Returns the body of a renewal, with TIME in place of the time. */
export function renewalBody(nodeName: string): string {
  const { spec } = leaseFor(nodeName, undefined, 0);
  return JSON.stringify({ spec: { ...spec, renewTime: TIME } });
}

/** metav1.MicroTime has six digits. */
function microTime(now: Instant): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}
