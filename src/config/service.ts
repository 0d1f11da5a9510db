import { namespacedName } from "../model/api/namespaced-name.ts";
import { checkType } from "./check-types.ts";
import type { Issue } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import type { TypeTable } from "./type-table.ts";

/** An object that is right, and does nothing on this node. */
export interface IdleObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** What it does not do, and what does it instead. */
  readonly because: string;
}

/**
 * Returns a Service, and what is wrong with the document. It is accepted, because most manifests of a Deployment have one, and the
 * pods run without it.
 */
export function parseService(
  types: TypeTable,
  written: unknown,
): { readonly issues: readonly Issue[]; readonly object: IdleObject } {
  const { value, issues } = checkType(types, "Service", written);
  const { metadata, spec } = value as { readonly metadata?: Tree; readonly spec?: Tree };
  const { name = "", namespace = "default" } = (metadata ?? {}) as {
    readonly name?: string;
    readonly namespace?: string;
  };
  const because = issues.length > 0 ? "" : `service ${namespacedName({ namespace, name })}: ${lackOf(spec ?? {})}`;
  return { issues, object: { kind: "service", namespace, name, because } };
}

const REMEDY = "Clients need the address of a pod, which unitlet status shows, or its hostPort";

function lackOf({ type = "ClusterIP", externalName }: Tree): string {
  if (type === "ExternalName")
    return `the name is not resolved on a standalone host. Clients need ${externalName} itself`;
  const ports = type === "NodePort" || type === "LoadBalancer" ? ", and its node ports are closed" : "";
  return `it has no address and no name on a standalone host${ports}. ${REMEDY}`;
}
