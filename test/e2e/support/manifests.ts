import type { V1Container, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

export type Container = Partial<V1Container>;

/** A container that ends at once on SIGTERM. */
export const SLEEP: Container = { command: ["sleep", "infinity"] };

/** Returns a container with a shell script. Each `$` is doubled, because a pod's command may contain `$(NAME)`. */
export function shell(script: string, rest: Container = {}): Container {
  return { command: ["sh", "-c", script.replaceAll("$", () => "$$")], ...rest };
}

/** Returns a pod that is already bound to the node. The name of a single container is "main". */
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

/** Returns a pod template for controllers. The scheduler binds their pods to the node. */
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
    // Without this the API server would add a volume with a token to each pod.
    automountServiceAccountToken: false,
    ...spec,
    containers: list.map((each) => ({ name: "main", image: "host", ...each })),
  };
}
