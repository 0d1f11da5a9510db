import type { Confinement, Namespaces } from "../../model/confinement.ts";
import { podSandbox, targetNamespace } from "../../model/paths.ts";
import { networkNamespace } from "../../model/pod-network.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** Returns the namespaces that container runtimes use: uts and ipc for the pod, pid for each container. */
export function imageNamespaces({ pod, target, sharesSandbox }: ResolvedContainer, onHost: Namespaces): Namespaces {
  const { hostPID, shareProcessNamespace } = pod.spec;
  const own = target === undefined ? "container" : "target";
  const shared = sharesSandbox ? "pod" : "container";
  return {
    ...onHost,
    pid: hostPID ? "host" : shareProcessNamespace && sharesSandbox ? "pod" : own,
    ipc: onHost.ipc === "host" ? "host" : shared,
    uts: onHost.uts === "host" ? "host" : shared,
  };
}

/** Returns the namespaces for config.json. Bind-mounted files hold the shared ones. */
export function ociNamespaces(
  { pid, ipc, uts, network }: Confinement["namespaces"],
  uid: string,
  container: string,
): { readonly type: string; readonly path?: string }[] {
  const sandbox = podSandbox(uid);
  const paths = { pod: `${sandbox}/pid`, target: targetNamespace(uid, container), container: undefined };
  const own = [
    ...(pid === "host" ? [] : [{ type: "pid", path: paths[pid] }]),
    ...(ipc === "host" ? [] : [{ type: "ipc", path: ipc === "pod" ? `${sandbox}/ipc` : undefined }]),
    ...(network === "host" ? [] : [{ type: "network", path: networkNamespace(uid) }]),
    ...(uts === "host" ? [] : [{ type: "uts", path: uts === "pod" ? `${sandbox}/uts` : undefined }]),
  ];
  return [
    { type: "mount" },
    { type: "cgroup" },
    ...own.map(({ type, path }) => (path === undefined ? { type } : { type, path })),
  ];
}
