import type { Confinement, Namespaces } from "../../model/confinement.ts";
import { podSandbox, targetNamespace } from "../../model/paths.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** As container runtimes have it: one host name and one set of IPC objects for the pod, processes for each container. */
export function imageNamespaces({ pod, target }: ResolvedContainer, onHost: Namespaces): Namespaces {
  const { hostPID, shareProcessNamespace } = pod.spec;
  const own = target === undefined ? "container" : "target";
  return {
    ...onHost,
    pid: hostPID ? "host" : shareProcessNamespace ? "pod" : own,
    ipc: onHost.ipc === "host" ? "host" : "pod",
    uts: onHost.uts === "host" ? "host" : "pod",
  };
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
