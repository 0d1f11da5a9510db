import type { ClusterNetwork } from "../../model/cni/cluster-network.ts";
import type { NetworkList } from "../../model/cni/network-list.ts";
import { hasStatus } from "../../model/cni/version.ts";
import { STATE_DIR } from "../../model/paths.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** The network for `pod-network`, which cannot read JSON. It may contain secrets. */
const FILE = `${STATE_DIR}/cluster-network`;

/** Keeps the network, or removes it when there is none. Writes nothing when it is the same. */
export function keepClusterNetwork({ list }: ClusterNetwork): void {
  const text =
    list &&
    linesOf(list)
      .map((line) => `${line}\n`)
      .join("");
  if (text === readOptional(FILE)) return;
  if (text === undefined) remove(FILE);
  else writeAtomic(FILE, text, 0o600);
}

/**
 * Returns the lines of the file: name, version, `gc` or nothing, the configuration in base64, and for each plugin type,
 * capabilities and configuration.
 */
function linesOf({ name, cniVersion, disableGC, text, plugins }: NetworkList): readonly string[] {
  const collects = hasStatus(cniVersion) && !disableGC;
  return [
    name,
    cniVersion,
    collects ? "gc" : "",
    Buffer.from(text).toString("base64"),
    ...plugins.flatMap(({ type, capabilities, config }) => [type, capabilities.join(" "), JSON.stringify(config)]),
  ];
}
