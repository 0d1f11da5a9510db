import { configFiles } from "../io/config-files.ts";
import { readOptional, writeAtomic } from "../io/files.ts";
import type { Config } from "../model/host/config.ts";
import type { JoinOptions } from "./join-options.ts";

/** Settings that join writes and leave removes. The file sorts after that of install.sh, so it overrides it. */
export const JOIN_SETTINGS = "/etc/unitlet/unitlet.conf.d/60-join.conf";

/** What a cluster tells its nodes about its names. */
export interface ClusterNames {
  readonly clusterDNS?: string;
  readonly clusterDomain?: string;
}

/**
 * Returns the settings for a join. A host that joins for the first time is on the cluster's network, as any node, and has the
 * names of the cluster. Settings that the administrator has set stay, and so does all of a host that has joined before.
 */
export function joinSettings(
  { nodeName, hostFiles, podNetwork }: Pick<JoinOptions, "nodeName" | "hostFiles" | "podNetwork">,
  before: Pick<Config, "nodeName" | "cluster">,
  names: ClusterNames,
  isSet: (key: string) => boolean,
): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  const first: Readonly<Record<string, string>> = before.cluster === undefined ? { podNetwork: "cni", ...names } : {};
  for (const [key, value] of Object.entries(first)) if (!isSet(key)) given.set(key, value);
  if (nodeName !== undefined && nodeName !== before.nodeName) given.set("nodeName", nodeName);
  if (hostFiles !== undefined) given.set("hostFiles", hostFiles);
  if (podNetwork !== undefined) given.set("podNetwork", podNetwork);
  return given;
}

/** Writes settings into the file of join. Settings of an earlier join remain, unless they are given again. */
export function saveJoinSettings(given: ReadonlyMap<string, string>): void {
  if (given.size === 0) return;
  const earlier = (readOptional(JOIN_SETTINGS) ?? "# Written by unitlet join.\n").split("\n");
  const kept = earlier.filter((line) => line !== "" && !given.has(keyOf(line)));
  const lines = [...kept, ...[...given].map(([key, value]) => `${key} = ${value}`)];
  writeAtomic(JOIN_SETTINGS, `${lines.join("\n")}\n`, 0o644);
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
