/** A group of fields of a pod's spec, for docs/pod-fields.md and `unitlet explain`. */
export interface FieldGroup {
  readonly title: string;
  /** The paths below spec that belong to it; the first group that fits has the field. */
  readonly fits: RegExp;
  /** The heading of this group and the next ones; undefined: that of the group before. */
  readonly heading?: string;
}

export const FIELD_GROUPS: readonly FieldGroup[] = [
  {
    title: "Program",
    fits: /^containers\[\]\.(name|image|imagePullPolicy|command|args|workingDir|env)/,
    heading: "Containers and init containers",
  },
  { title: "Ports", fits: /^containers\[\]\.ports/ },
  { title: "Container resources", fits: /^containers\[\]\.res(ources|izePolicy)/ },
  { title: "Volume mounts", fits: /^containers\[\]\.volume/ },
  { title: "Container user and privileges", fits: /^containers\[\]\.securityContext/ },
  { title: "Restarts, probes, hooks", fits: /^containers\[\]\.(restart|.*Probe$|lifecycle|termination)/ },
  { title: "Input and terminal", fits: /^containers\[\]/ },
  { title: "Only init containers", fits: /^initContainers\[\]/ },
  {
    title: "Life of the pod",
    fits: /^(restartPolicy|terminationGrace|activeDeadline|readinessGates|ephemeralContainers)/,
    heading: "The pod",
  },
  {
    title: "Network and names",
    fits: /^(host(Network|Aliases|name)|dns|subdomain|setHostname|enableServiceLinks)/,
  },
  { title: "Namespaces", fits: /^(host(PID|IPC|Users)|shareProcess)/ },
  { title: "Pod user and privileges", fits: /^securityContext/ },
  {
    title: "Volumes and identity",
    fits: /^(volumes|serviceAccount|automount|imagePullSecrets|resourceClaims)/,
  },
  { title: "Scheduling and other fields", fits: /^/ },
];
