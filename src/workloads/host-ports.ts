import type { PodSpec } from "../model/api/pod.ts";

/**
 * Returns the ports of the host that a pod takes, of which no two pods of one host can have the same. On the host's network
 * these are all ports of its containers (`core/v1/defaults.go: SetDefaults_PodSpec`, v1.36).
 */
export function hostPorts({ containers, initContainers = [], hostNetwork }: PodSpec): ReadonlySet<string> {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const ports = [...containers, ...sidecars].flatMap((container) => container.ports ?? []);
  return new Set(
    ports.flatMap(({ hostPort, containerPort, protocol = "TCP" }) => {
      const port = hostPort || (hostNetwork ? containerPort : 0);
      return port === 0 ? [] : [`${port}/${protocol}`];
    }),
  );
}

/** Returns whether two pods cannot run beside each other on one host. */
export function sharePorts(one: PodSpec, other: PodSpec): boolean {
  const taken = hostPorts(one);
  return [...hostPorts(other)].some((port) => taken.has(port));
}

export interface Possible {
  readonly replicas: number;
  /** Why there are fewer replicas than the workload asks for. */
  readonly problem?: string;
}

/** Returns how many pods of a template one host can run. */
export function possibleReplicas(replicas: number, spec: PodSpec): Possible {
  const [port] = hostPorts(spec);
  if (port === undefined || replicas <= 1) return { replicas };
  const remedy = "write 1, or give the pods a network of their own";
  return {
    replicas: 1,
    problem: `spec.replicas: one host has port ${port} once, so one pod of ${replicas} runs: ${remedy}`,
  };
}
