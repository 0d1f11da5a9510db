import type { V1Container, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

export type Container = Partial<V1Container>;

/** Ends on TERM, at once. */
export const SLEEP: Container = { command: ["sleep", "infinity"] };

/** A shell script; the pod's own `$(NAME)` and `$$` are not for it. */
export function shell(script: string, rest: Container = {}): Container {
  return { command: ["sh", "-c", script.replaceAll("$", () => "$$")], ...rest };
}

/** A pod that is bound to the node already. A single container is called "main". */
export function pod(
  node: Node,
  name: string,
  container: Container | readonly Container[],
  spec: Partial<V1PodSpec> = {},
): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { ...podSpec(container, spec), nodeName: node.name },
  };
}

/** For controllers, whose pods the scheduler brings to the node. */
export function template(
  node: Node,
  app: string,
  container: Container,
  spec: Partial<V1PodSpec> = {},
): V1PodTemplateSpec {
  return {
    metadata: { labels: { app } },
    spec: {
      ...podSpec(container, spec),
      nodeSelector: { "kubernetes.io/hostname": node.name },
      tolerations: [{ key: "unitlet.dev/host", operator: "Exists" }],
    },
  };
}

function podSpec(container: Container | readonly Container[], spec: Partial<V1PodSpec>): V1PodSpec {
  const list = Array.isArray(container) ? (container as readonly Container[]) : [container as Container];
  return {
    terminationGracePeriodSeconds: 2,
    // What the API server would add; without it each pod asks for a token.
    automountServiceAccountToken: false,
    ...spec,
    containers: list.map((each) => ({ name: "main", image: "host", ...each })),
  };
}
