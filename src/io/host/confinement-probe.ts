import type { ConfinementProbe, HostUser } from "../../model/host/confinement-probe.ts";
import { exists, readOptional } from "../files.ts";
import { readLandlockABI } from "./landlock.ts";
import { readSeccompProfiles } from "./seccomp-profiles.ts";

/** libselinux takes SELinux for enabled where this file system has the file. */
const SELINUX = "/sys/fs/selinux/enforce";
const PROFILES = "/sys/kernel/security/apparmor/profiles";

/** The facts about the host that the pods of this run need. */
export interface ConfinementNeeds {
  readonly optionalPaths: readonly string[];
  readonly appArmorProfiles: boolean;
  readonly seccompProfiles: readonly string[];
  readonly seLinux: boolean;
  readonly accounts: boolean;
}

/**
 * Returns which optional paths exist (0.1 ms), and texts of the host. Profiles and accounts are read only when a pod may name one.
 */
export function readConfinementProbe(needs: ConfinementNeeds): ConfinementProbe {
  const profiles = needs.appArmorProfiles ? readOptional(PROFILES) : undefined;
  return {
    present: new Set(needs.optionalPaths.filter(exists)),
    hosts: readOptional("/etc/hosts") ?? "",
    resolvConf: readOptional("/etc/resolv.conf") ?? "",
    landlockABI: readLandlockABI(),
    ...(profiles === undefined ? {} : { appArmorProfiles: profileNames(profiles) }),
    ...(needs.seccompProfiles.length > 0 ? { seccompProfiles: readSeccompProfiles(needs.seccompProfiles) } : {}),
    ...(needs.seLinux && exists(SELINUX) ? { hasSELinux: true } : {}),
    ...(needs.accounts ? readAccounts() : {}),
  };
}

function readAccounts(): Pick<ConfinementProbe, "users" | "groups"> {
  return {
    users: parseUsers(readOptional("/etc/passwd") ?? ""),
    groups: parseGroups(readOptional("/etc/group") ?? ""),
  };
}

/** Parses lines "NAME:PASSWORD:GID:MEMBERS". The first line of a name is used. */
function parseGroups(text: string): ReadonlyMap<string, number> {
  const rows = text.split("\n").map((line) => line.split(":"));
  const groups = rows.filter(([name, , gid]) => name && /^\d+$/.test(gid ?? ""));
  return new Map(groups.toReversed().map(([name = "", , gid]) => [name, Number(gid)]));
}

/** Parses lines "NAME:PASSWORD:UID:GID:…". The first line of a name is used. */
function parseUsers(text: string): ReadonlyMap<string, HostUser> {
  const rows = text.split("\n").map((line) => line.split(":"));
  const users = rows.filter(([name, , uid, gid]) => name && /^\d+$/.test(uid ?? "") && /^\d+$/.test(gid ?? ""));
  return new Map(users.toReversed().map(([name = "", , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]));
}

/** Parses lines "NAME (MODE)". */
function profileNames(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/ \([^()]*\)$/, ""))
    .filter((name) => name !== "");
}
