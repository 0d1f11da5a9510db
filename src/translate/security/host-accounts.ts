import type { Config } from "../../model/host/config.ts";
import type { HostUser } from "../../model/host/confinement-probe.ts";
import type { Host } from "../../model/host/host.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { withEntries } from "../setting-remedy.ts";

/** A number that the container would have as its user or one of its groups. */
interface ChosenId {
  readonly of: "user" | "group";
  readonly id: number;
  /** The field that sets the number, or that could set another one. */
  readonly path: string;
  /** True when the field is not set, and the number is the default of container runtimes. */
  readonly isDefault?: boolean;
}

interface HostAccounts {
  readonly users: ReadonlyMap<string, HostUser>;
  readonly groups: ReadonlyMap<string, number>;
}

/**
 * Returns a problem for each account of the host that the pod chooses and the setting `hostAccounts` does not list. On
 * the host's files such a number opens the files of that account, and PodSecurity sees only user 0.
 */
export function hostAccountProblems(
  resolved: ResolvedContainer,
  { hostAccounts: allowed }: Pick<Config, "hostAccounts">,
  { confinementProbe: probe }: Pick<Host, "confinementProbe">,
): Problem[] {
  if (allowed === "any") return [];
  const accounts = { users: probe?.users ?? new Map(), groups: probe?.groups ?? new Map() };
  const refused = chosenIds(resolved).flatMap((chosen) => {
    const name = accountName(chosen, accounts);
    return name === undefined || isListed(chosen, allowed, accounts) ? [] : [{ ...chosen, name }];
  });
  const names = refused.map(({ name }) => name);
  return refused.map(({ of, id, path, isDefault, name }) => ({
    severity: "reject",
    path,
    because: `${isDefault ? `is not set, and the default is ${id}` : `is ${id}`}, which is ${of} ${name} of the host`,
    remedy: `use a number that /etc/${of === "user" ? "passwd" : "group"} does not have, or let the node's administrator ${withEntries("hostAccounts", allowed, names)}`,
  }));
}

/** The numbers that the pod chooses. A package's service without runAsUser has the user of its unit. */
function chosenIds({ pod, container, user, path, reference, options }: ResolvedContainer): readonly ChosenId[] {
  const { runAsUser, runAsGroup, supplementalGroups = [], fsGroup } = pod.spec.securityContext ?? {};
  const isService = reference.kind === "deb" && !container.command?.length;
  const field = (name: "runAsUser" | "runAsGroup", shared: number | undefined) => {
    if (options.user !== undefined) return "metadata.annotations[unitlet.dev/user]";
    const isShared = container.securityContext?.[name] === undefined && shared !== undefined;
    return `${isShared ? "spec" : path}.securityContext.${name}`;
  };
  const own = [
    { of: "user", id: user.uid, path: field("runAsUser", runAsUser) },
    { of: "group", id: user.gid, path: field("runAsGroup", runAsGroup) },
  ] as const;
  const ids = own.flatMap(({ id, ...each }) => {
    if (id !== undefined) return [{ ...each, id }];
    return isService && user.uid === undefined ? [] : [{ ...each, id: 0, isDefault: true }];
  });
  const groups = supplementalGroups.map((id) => ({ id, path: "spec.securityContext.supplementalGroups" }));
  const volumes = fsGroup === undefined ? [] : [{ id: fsGroup, path: "spec.securityContext.fsGroup" }];
  return [...ids, ...[...groups, ...volumes].map((each) => ({ of: "group" as const, ...each }))];
}

/** Returns the name of the host's account with this number; undefined when there is none. 0 is root on every host. */
function accountName({ of, id }: ChosenId, { users, groups }: HostAccounts): string | undefined {
  const numbers = of === "user" ? [...users].map(([name, { uid }]) => [name, uid] as const) : [...groups];
  return numbers.find(([, number]) => number === id)?.[0] ?? (id === 0 ? "root" : undefined);
}

/** True for a listed number, every name of it, and the group of a listed user. */
function isListed({ of, id }: ChosenId, allowed: readonly string[], { users, groups }: HostAccounts): boolean {
  return allowed.some((entry) => {
    const user = users.get(entry);
    const isOwn = of === "user" ? user?.uid === id : user?.gid === id || groups.get(entry) === id;
    return isOwn || entry === String(id) || (entry === "root" && id === 0);
  });
}
