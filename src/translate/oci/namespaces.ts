import { containersOf } from "../../model/api/containers.ts";
import type { Container, EphemeralContainer, Pod } from "../../model/api/pod.ts";
import type { Confinement, Namespaces } from "../../model/confinement.ts";
import type { Config } from "../../model/host/config.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import { podSandbox, targetNamespace } from "../../model/paths.ts";

/** Not on the host's own files. */
export function isOnImage({ image }: Container, { images }: Pick<Config, "images">): boolean {
  return images !== "ignore" && ["oci", "tarball"].includes(parseImage(image ?? "").kind);
}

/** As container runtimes have it: one host name and one set of IPC objects for the pod, processes for each container. */
export function imageNamespaces(pod: Pod, container: Container, onHost: Namespaces, config: Config): Namespaces {
  const { hostPID, shareProcessNamespace } = pod.spec;
  const own = targetOf(pod, container, config) === undefined ? "container" : "target";
  return {
    ...onHost,
    pid: hostPID ? "host" : shareProcessNamespace ? "pod" : own,
    ipc: onHost.ipc === "host" ? "host" : "pod",
    uts: onHost.uts === "host" ? "host" : "pod",
  };
}

/** Whose processes an ephemeral container is to see, if these are in a namespace of their own. */
export function targetOf(pod: Pod, container: EphemeralContainer, config: Pick<Config, "images">): string | undefined {
  const name = container.targetContainerName;
  const target = name ? containersOf(pod.spec).find((each) => each.name === name) : undefined;
  return target !== undefined && isOnImage(target, config) ? name : undefined;
}

/** In crun's form. What is shared is held by files. */
export function ociNamespaces(
  { pid, ipc, uts }: Confinement["namespaces"],
  uid: string,
  container: string,
): { readonly type: string; readonly path?: string }[] {
  const sandbox = podSandbox(uid);
  const paths = { pod: `${sandbox}/pid`, target: targetNamespace(uid, container), container: undefined };
  const own = [
    ...(pid === "host" ? [] : [{ type: "pid", path: paths[pid] }]),
    ...(ipc === "host" ? [] : [{ type: "ipc", path: ipc === "pod" ? `${sandbox}/ipc` : undefined }]),
    ...(uts === "host" ? [] : [{ type: "uts", path: uts === "pod" ? `${sandbox}/uts` : undefined }]),
  ];
  return [
    { type: "mount" },
    { type: "cgroup" },
    ...own.map(({ type, path }) => (path === undefined ? { type } : { type, path })),
  ];
}
