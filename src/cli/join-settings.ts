import type { KubeletName, KubeletNames } from "../config/kubelet-names.ts";
import { configFiles } from "../io/config-files.ts";
import { exists, readOptional, writeAtomic } from "../io/files.ts";
import { savedNodeName } from "../io/kube/node-name.ts";
import type { Cluster, Config } from "../model/host/config.ts";
import type { JoinOptions } from "./join-options.ts";

/** Settings that join writes and leave removes. The file sorts after that of install.sh, so it overrides it. */
export const JOIN_SETTINGS = "/etc/unitlet/unitlet.conf.d/60-join.conf";

const NAMES = ["clusterDNS", "clusterDomain"] as const;

export interface JoinSettings {
  /** The text of each setting; undefined for one that is removed from the file of join. */
  readonly given: ReadonlyMap<string, string | undefined>;
  /** Which names of the cluster cannot be settings, and why. */
  readonly problem?: string;
}

interface Before extends Pick<Config, "nodeName" | "podNetwork"> {
  readonly hasJoined: boolean;
}

/**
 * Returns the settings for a join. A host that joins for the first time is on the cluster's network, as any node. With pods on a
 * network of their own it has the names of the cluster; the host's network does not reach the name server without kube-proxy.
 * Settings that the administrator has set stay, and so does all of a host that has joined before.
 */
export function joinSettings(
  { nodeName, hostFiles, podNetwork }: Pick<JoinOptions, "nodeName" | "hostFiles" | "podNetwork">,
  before: Before,
  { names, problems }: KubeletNames,
  isSet: (key: string) => boolean,
): JoinSettings {
  const given = new Map<string, string | undefined>();
  const network = podNetwork ?? (before.hasJoined || isSet("podNetwork") ? undefined : "cni");
  const after = network ?? before.podNetwork;
  const isMoved = !before.hasJoined || before.podNetwork !== after;
  const due = isMoved && after !== "host" ? NAMES.filter((key) => !isSet(key)) : [];
  if (network !== undefined) given.set("podNetwork", network);
  for (const key of due) if (names[key] !== undefined) given.set(key, names[key]);
  if (isMoved && after === "host") for (const key of NAMES) given.set(key, undefined);
  if (nodeName !== undefined && nodeName !== before.nodeName) given.set("nodeName", nodeName);
  if (hostFiles !== undefined) given.set("hostFiles", hostFiles);
  const problem = problemOf(due, problems);
  return problem === undefined ? { given } : { given, problem };
}

function problemOf(due: readonly KubeletName[], problems: KubeletNames["problems"]): string | undefined {
  const bad = due.flatMap((key) => (problems[key] === undefined ? [] : [`${key} (${problems[key]})`]));
  if (bad.length === 0) return undefined;
  return `Not taken from the ConfigMap kubelet-config of kube-system: ${bad.join(", ")}. Set it in /etc/unitlet/unitlet.conf.`;
}

/** True for a host that is a node, or was one and has kept its containers. */
export function hasJoined(cluster: Cluster | undefined): boolean {
  return cluster !== undefined || savedNodeName() !== undefined || exists(JOIN_SETTINGS);
}

/** Writes settings into the file of join. Settings of an earlier join remain, unless they are given again. */
export function saveJoinSettings(given: JoinSettings["given"]): void {
  const found = readOptional(JOIN_SETTINGS);
  const lines = [...given].flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${value}`]));
  if (given.size === 0 || (found === undefined && lines.length === 0)) return;
  const earlier = (found ?? "# Written by unitlet join.\n").split("\n");
  const kept = earlier.filter((line) => line !== "" && !given.has(keyOf(line)));
  writeAtomic(JOIN_SETTINGS, `${[...kept, ...lines].join("\n")}\n`, 0o644);
}

/** True when a file of the configuration has this key. */
export function isSetting(key: string): boolean {
  const lines = configFiles()
    .filter((path) => path.endsWith(".conf"))
    .flatMap((path) => (readOptional(path) ?? "").split("\n"));
  return lines.some((line) => keyOf(line) === key);
}

function keyOf(line: string): string {
  return line.replace(/ *=.*/, "").trim();
}
