import { reasonFor } from "./reasons.ts";

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AddDevice: "a device needs privileged: true, and a hostPath volume",
    AutoUpdate: "an image with imagePullPolicy: Always is fetched for each new pod",
    ContainerName: "metadata.name names the pod",
    Label: "a label of an image's container is none of a pod: add it to metadata.labels",
    Mount: "write it as a volume and a volumeMount",
    Secret: "make a Secret of it, and name that in env or in a volume",
    Pod: "write the containers of one Podman pod into one manifest",
    Notify: "the annotation unitlet.dev/notify is for containers on the host's files alone",
    RunInit: "the first process of a container is its program",
    SeccompProfile: "put it below /etc/unitlet/seccomp, and name it in securityContext.seccompProfile",
    AppArmor: "name it in securityContext.appArmorProfile",
    PidsLimit: "the setting podPidsLimit limits all pods",
    Memory: "set resources.limits.memory",
    ReloadCmd: "use kubectl exec",
    ReloadSignal: "use the annotation unitlet.dev/reload",
  }),
);

/** Returns why a directive of [Container] is not in the pod. */
export function quadletReason(key: string): string | undefined {
  return key.startsWith("X-") ? undefined : (REASONS.get(key) ?? "an option of Podman that a pod does not have");
}

/** Returns why a directive of [Service] beside [Container] is not in the pod: it is one of podman's own process. */
export function podmanReason(key: string, value: string): string | undefined {
  return reasonFor(key, value, "systemd does it for the process of podman, and a pod has none");
}
