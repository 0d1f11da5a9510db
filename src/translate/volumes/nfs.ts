import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { NfsSource } from "../../model/api/volume.ts";
import { volumePath } from "../../model/paths.ts";
import { digest } from "../../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { mountUnitName } from "../../unitfile/names.ts";
import { quotePath } from "../../unitfile/quote.ts";
import type { ResolvedVolume } from "./mount-source.ts";

/**
 * Resolves an NFS share, which a mount unit mounts before the first container starts. Throws UnquotableError for a path
 * that no unit can carry.
 */
export function nfsMount(pod: Pod, volume: string, source: NfsSource, mountOptions: readonly string[]): ResolvedVolume {
  const { uid } = pod.metadata;
  const { server, path: share, readOnly = false } = source;
  // mount(8) would take a leading "-" for an option.
  if (!/^[A-Za-z0-9._:[][A-Za-z0-9._:[\]-]*$/.test(server))
    return { ok: false, because: `nfs.server ${JSON.stringify(server)} is no host` };
  const options = [...mountOptions, ...(readOnly ? ["ro"] : []), "nosuid", "nodev"];
  const odd = options.find((option) => !/^[A-Za-z0-9._=:/-]+$/.test(option));
  if (odd !== undefined)
    return { ok: false, because: `mount option ${JSON.stringify(odd)} cannot be written in a unit` };
  const path = volumePath(uid, volume);
  const host = server.includes(":") && !server.startsWith("[") ? `[${server}]` : server;
  const specHash = digest(JSON.stringify([server, share, options]), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "mount", specHash });
  const text = encodeOwnUnit(identity, [
    ["Unit", [["Description", `Volume ${volume} of pod ${namespacedName(pod.metadata)}`]]],
    [
      "Mount",
      [
        ["What", quotePath(`${host}:${share}`)],
        ["Where", path],
        ["Type", "nfs"],
        ["Options", options.join(",")],
      ],
    ],
  ]);
  const unit = { name: mountUnitName(path), identity, text, linked: false, wanted: true };
  return {
    ok: true,
    path,
    readOnly,
    conditions: [["RequiresMountsFor", path]],
    storage: [],
    auxiliaryUnits: [unit],
  };
}
