import type { ProcessUser } from "../../model/confinement.ts";
import type { Packages } from "../../model/image/deb.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { type Group, groupId, parseGroup, parsePasswd, runAsNonRootViolation } from "../security/accounts.ts";
import { processUser } from "../security/user.ts";
import { isOn, lastOf, type PackageServiceUnit } from "./service.ts";

/** The user and home directory of a service. */
export interface UnixAccount {
  readonly user: ProcessUser;
  readonly home: string;
  /** The user that the unit names and systemd sets; undefined for root, and for the pod's runAsUser. */
  readonly name?: string;
}

export type ResolvedAccount =
  | { readonly ok: true; readonly account: UnixAccount }
  | { readonly ok: false; readonly message: string };

/**
 * Resolves the user: the pod's securityContext counts before the unit. Names are those of the host, where the package
 * has created its users.
 */
export function unixAccount(
  container: ResolvedContainer,
  service: PackageServiceUnit,
  { passwd, group }: Pick<Packages, "passwd" | "group">,
): ResolvedAccount {
  const requested = container.user;
  const accounts = parsePasswd(passwd);
  const name = lastOf(service, "User") ?? (isOn(service, "DynamicUser") ? service.name : "root");
  const found = accounts.find((each) => each.name === name || String(each.uid) === name);
  const base = processUser(container);
  if (requested.uid !== undefined) {
    const home = accounts.find(({ uid }) => uid === requested.uid)?.home;
    return checked(container, { user: base, home: home || "/" });
  }
  const failed = (because: string): ResolvedAccount => ({ ok: false, message: `${service.name} has ${because}` });
  if (found === undefined)
    return isOn(service, "DynamicUser")
      ? failed("DynamicUser=, which a container cannot have: set securityContext.runAsUser")
      : failed(`User=${name}, whom this host does not have: set securityContext.runAsUser`);
  const groupName = lastOf(service, "Group");
  const given = groupName === undefined ? found.gid : groupId(groupName, parseGroup(group));
  if (given === "unknown")
    return failed(`Group=${groupName}, which this host does not have: set securityContext.runAsGroup`);
  const gid = requested.gid ?? given;
  const groups = [...base.groups, ...serviceGroups(service, found.name, parseGroup(group))].filter(
    (each) => each !== gid,
  );
  const user = { uid: found.uid, gid, groups: [...new Set(groups)].toSorted((a, b) => a - b) };
  const account = { user, home: found.home || "/" };
  return checked(container, found.uid === 0 ? account : { ...account, name: found.name });
}

/** Returns the groups of which the user is a member, and those of SupplementaryGroups= that the host has. */
function serviceGroups({ settings }: PackageServiceUnit, name: string, groups: readonly Group[]): readonly number[] {
  const named = (settings.get("SupplementaryGroups") ?? []).flatMap((value) => value.trim().split(/\s+/));
  const given = named.map((each) => groupId(each, groups)).filter((gid) => gid !== "unknown");
  return [...groups.filter(({ members }) => members.includes(name)).map(({ gid }) => gid), ...given];
}

function checked(container: ResolvedContainer, account: UnixAccount): ResolvedAccount {
  const violation = runAsNonRootViolation(container, account.user.uid, account.name ?? "");
  return violation === undefined ? { ok: true, account } : { ok: false, message: violation };
}
