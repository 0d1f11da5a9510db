import type { SecurityContext } from "../../model/api/security-context.ts";
import { digest } from "../../unitfile/hash.ts";
import type { Directives } from "./directives.ts";

/** The user of a container: by number, or by the annotation unitlet.dev/user. */
export interface ImportedUser {
  readonly isRoot: boolean;
  readonly name?: string;
  readonly securityContext: Pick<SecurityContext, "runAsUser" | "runAsGroup" | "runAsNonRoot">;
  readonly supplementalGroups: readonly number[];
}

/** Names that the annotation unitlet.dev/user takes. */
const NAME = /^[a-z_][a-z0-9_.-]{0,31}$/;

/** Numbers from which systemd takes the users of DynamicUser= (`uid-alloc-range.h`), and their count. */
const DYNAMIC_FIRST = 61_184;
const DYNAMIC_COUNT = 4336;

/** Reads User=, Group=, SupplementaryGroups= and DynamicUser=. */
export function readUser(service: Directives, unit: string): ImportedUser {
  const supplementalGroups = readGroups(service);
  const user = service.last("User") ?? "root";
  const group = service.last("Group");
  if (service.isOn("DynamicUser")) return { ...dynamicUser(service, unit), supplementalGroups };
  if (user === "root" || user === "0")
    return { isRoot: true, securityContext: rootGroup(service, group), supplementalGroups };
  if (/^\d+$/.test(user)) {
    const gid = group === undefined ? Number(user) : numericGroup(service, group);
    if (group === undefined) service.note("User", "set runAsGroup to the number of the user's group", user);
    const securityContext = { runAsUser: Number(user), runAsGroup: gid ?? Number(user) };
    return { isRoot: false, securityContext, supplementalGroups };
  }
  if (group !== undefined && group !== user) tellGroup(service, group);
  if (NAME.test(user)) return { isRoot: false, name: user, securityContext: {}, supplementalGroups };
  // Without a user the container would run as root, so this refuses it.
  service.note("User", "the annotation unitlet.dev/user does not take this name: set runAsUser to its number", user);
  return { isRoot: false, securityContext: { runAsNonRoot: true }, supplementalGroups };
}

function readGroups(service: Directives): readonly number[] {
  return service.words("SupplementaryGroups").flatMap((group) => {
    if (/^\d+$/.test(group)) return [Number(group)];
    service.note("SupplementaryGroups", "add its number to securityContext.supplementalGroups", group);
    return [];
  });
}

function dynamicUser(service: Directives, unit: string): Pick<ImportedUser, "isRoot" | "securityContext"> {
  for (const key of ["User", "Group"]) if (service.has(key)) service.note(key, "DynamicUser= makes it, a pod does not");
  const number = DYNAMIC_FIRST + (Number.parseInt(digest(unit, 8), 16) % DYNAMIC_COUNT);
  service.note("DynamicUser", `always the user ${number}. Its directories are not below /var/lib/private`);
  return { isRoot: false, securityContext: { runAsUser: number, runAsGroup: number } };
}

function rootGroup(service: Directives, group: string | undefined): ImportedUser["securityContext"] {
  if (group === undefined || group === "root" || group === "0") return {};
  const runAsGroup = numericGroup(service, group);
  return runAsGroup === undefined ? {} : { runAsGroup };
}

function numericGroup(service: Directives, group: string): number | undefined {
  if (/^\d+$/.test(group)) return Number(group);
  service.note("Group", "set runAsGroup to its number", group);
  return undefined;
}

function tellGroup(service: Directives, group: string): void {
  service.note(
    "Group",
    "the annotation unitlet.dev/user takes the group of the user: set runAsUser and runAsGroup to the numbers instead, if that is another one",
    group,
  );
}
