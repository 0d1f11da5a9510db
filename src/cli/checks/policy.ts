import type { Config } from "../../model/host/config.ts";
import type { NodePolicy } from "../../model/host/node-policy.ts";
import { type Finding, ok, warning } from "./finding.ts";

/** Returns the policy of the node, one finding for each setting: the value in force, and what it leaves open. */
export function policyFindings(config: Config): readonly Finding[] {
  const { hostFiles, hostAccounts, adoptUnits, unfencedRoot, hostPaths, packages, portForward } = config;
  const paths =
    hostPaths === "any" ? hostPaths : hostPaths.map(({ prefix, readOnly }) => prefix + (readOnly ? ":ro" : ""));
  return [
    ok(`hostFiles = ${text(hostFiles)}`, hostFilesMeaning(hostFiles)),
    ok(`hostAccounts = ${text(hostAccounts)}`, accountsMeaning(hostAccounts)),
    ok(`adoptUnits = ${text(adoptUnits)}`, adoptionMeaning(adoptUnits)),
    ok(`unfencedRoot = ${unfencedRoot}`, UNFENCED_ROOT[unfencedRoot]),
    ok(`hostPaths = ${text(paths)}`, pathsMeaning(hostPaths)),
    ok(`packages = ${packages}`, PACKAGES[packages]),
    ok(`portForward = ${portForward}`, PORT_FORWARD[portForward]),
    ...unusable(config),
    ...combined(config),
  ];
}

/** Returns what the value of `hostFiles` means for pods. */
export function hostFilesMeaning(hostFiles: NodePolicy["hostFiles"]): string {
  const reads = "can run programs on the host's files, and read there what their user may read";
  if (hostFiles === "all") return `pods of every namespace ${reads}`;
  if (hostFiles.length === 0) return "no pod runs on the host's files; pods need images of a registry";
  return `pods of namespace ${hostFiles.join(", ")} ${reads}`;
}

function accountsMeaning(hostAccounts: NodePolicy["hostAccounts"]): string {
  if (hostAccounts === "any")
    return "a container on the host's files can have every user and group of the host, root included, with their files";
  if (hostAccounts.length === 0)
    return "a container on the host's files can have only numbers that /etc/passwd and /etc/group lack. Numbers of other sources, such as LDAP, are not recognized";
  return `a container on the host's files can have the files of ${hostAccounts.join(", ")}, and of accounts that /etc/passwd and /etc/group lack`;
}

function adoptionMeaning(adoptUnits: NodePolicy["adoptUnits"]): string {
  const does = "restart and limit the service that they adopt, and read its log";
  if (adoptUnits === "any")
    return `pods of every namespace can ${does}: each service that the host itself does not need`;
  if (adoptUnits.length === 0) return "no pod can adopt a service of the host";
  return `pods of these namespaces can ${does}`;
}

function pathsMeaning(hostPaths: NodePolicy["hostPaths"]): string {
  if (hostPaths === "any")
    return "a hostPath volume can be every directory of the host, also writable, unless an admission policy of the cluster forbids it";
  const volumes = "PersistentVolumes of the cluster's administrator can be any directory";
  return hostPaths.length === 0
    ? `no hostPath volume is mounted. ${volumes}`
    : `other hostPath volumes are refused. ${volumes}`;
}

const UNFENCED_ROOT: Readonly<Record<NodePolicy["unfencedRoot"], string>> = {
  deny: "no container runs as root on the host's files without a fence, except those that ask for other processes",
  allow: "on a host without Landlock a container that runs as root can take over other processes of root",
};

const PACKAGES: Readonly<Record<NodePolicy["packages"], string>> = {
  off: "no package is installed for a pod. Pods that run on the host's files can use installed packages",
  signed: "pods that run on the host's files can have packages of apt's archives installed, whose scripts run as root",
  any: "pods that run on the host's files can have any package installed, also a .deb file by URL. Its scripts run as root",
};

const PORT_FORWARD: Readonly<Record<NodePolicy["portForward"], string>> = {
  declared: "kubectl port-forward reaches the declared ports of a pod on which one of its processes listens",
  any: "kubectl port-forward reaches every port on which a process of the pod listens",
};

/** Warns of settings with which no pod can run at all. */
function unusable({ hostFiles, imagePulls, ignoreImages }: Config): readonly Finding[] {
  if (hostFiles.length > 0 || (imagePulls === "allow" && !ignoreImages)) return [];
  const cause = ignoreImages ? "ignoreImages = yes" : "imagePulls = deny";
  return [
    warning("policy", `no new pod can run here, with hostFiles = none and ${cause}: list namespaces in hostFiles`),
  ];
}

/** Warns of a joined node on which permission to create pods is permission to become root. */
function combined({ cluster, hostFiles, hostAccounts }: Config): readonly Finding[] {
  if (cluster === undefined || hostFiles.length === 0) return [];
  if (hostAccounts !== "any" && !hostAccounts.some((name) => name === "root" || name === "0")) return [];
  const authors = hostFiles === "all" ? "in any namespace" : `in namespace ${hostFiles.join(", ")}`;
  const message = `permission to create pods ${authors} is permission to run programs as root on this host, unless an admission policy forbids root: list accounts in hostAccounts`;
  return [warning("policy", message)];
}

function text(value: string | readonly string[]): string {
  if (typeof value === "string") return value;
  return value.length === 0 ? "none" : value.join(",");
}
