import { RUN_DIR } from "../../model/paths.ts";
import { networkNamespace } from "../../model/pod-network.ts";
import { askHelper } from "../api-helper.ts";
import { exists, list } from "../files.ts";
import { type InterfaceUse, parseInterfaces } from "./network.ts";

/**
 * Returns the traffic of the pods that have a network of their own, by UID, without their loopback. A helper with the
 * right to enter networks reads it. Returns nothing when the helper cannot be reached: the other figures are still worth
 * a response.
 */
export async function readPodTraffic(): Promise<ReadonlyMap<string, readonly InterfaceUse[]>> {
  const hasNetworks = list(`${RUN_DIR}/pods`).some((uid) => exists(networkNamespace(uid)));
  if (!hasNetworks) return new Map();
  return parsePodTraffic(await askHelper("traffic").catch(() => []));
}

/** Parses the answer of `pod-traffic`: a line `pod UID` before the table of each network. */
export function parsePodTraffic(lines: readonly string[]): ReadonlyMap<string, readonly InterfaceUse[]> {
  const tables = new Map<string, string[]>();
  let table: string[] = [];
  for (const line of lines) {
    const uid = /^pod (\S+)$/.exec(line)?.[1];
    if (uid === undefined) table.push(line);
    else {
      table = [];
      tables.set(uid, table);
    }
  }
  return new Map([...tables].map(([uid, own]) => [uid, parseInterfaces(own.join("\n"))]));
}
