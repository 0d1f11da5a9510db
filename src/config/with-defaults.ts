import { withoutEphemeral } from "./ephemeral-volumes.ts";
import type { Tree } from "./object-rules.ts";

/** The times and counts of a probe for which 0 means the default (`core/v1/defaults.go: SetDefaults_Probe`, v1.36). */
const ZERO_IS_DEFAULT = ["timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];

/** Returns a valid Pod with the defaults of the API server and of a standalone node that the later stages need. */
export function withDefaults(pod: Tree): { readonly metadata: Tree; readonly spec: Tree } {
  const spec = pod.spec as Tree;
  return {
    metadata: { namespace: "default", ...(pod.metadata as Tree) },
    spec: {
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      // A standalone node has no network but that of the host.
      hostNetwork: true,
      ...spec,
      containers: list(spec.containers).map(withContainerDefaults),
      ...(spec.initContainers !== undefined && {
        initContainers: list(spec.initContainers).map(withContainerDefaults),
      }),
      ...(spec.volumes !== undefined && { volumes: list(spec.volumes).map(withoutEphemeral).map(withVolumeDefaults) }),
    },
  };
}

function withContainerDefaults(container: Tree): Tree {
  const probes = PROBES.filter((probe) => container[probe] !== undefined).map((probe) => {
    const entries = Object.entries(container[probe] as Tree);
    return [probe, Object.fromEntries(entries.filter(([key, value]) => value !== 0 || !ZERO_IS_DEFAULT.includes(key)))];
  });
  return {
    image: "host",
    ...container,
    ...Object.fromEntries(probes),
    ...(container.ports !== undefined && { ports: list(container.ports).map(withPortDefaults) }),
  };
}

function withPortDefaults({ hostPort, ...port }: Tree): Tree {
  return { protocol: "TCP", ...port, ...(hostPort !== undefined && hostPort !== 0 && { hostPort }) };
}

/** A volume without a source is an emptyDir (`core/v1/defaults.go: SetDefaults_Volume`, v1.36). */
function withVolumeDefaults(volume: Tree): Tree {
  return Object.keys(volume).length === 1 ? { ...volume, emptyDir: {} } : volume;
}

function list(value: unknown): readonly Tree[] {
  return value as readonly Tree[];
}
