import { readUnits } from "../io/systemd/unit-files.ts";
import { deleteClaim, hasClaim, readClaims, type StoredClaim } from "../io/volumes/claims.ts";
import { mountsBelow } from "../io/volumes/mounts.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { claimPath } from "../model/paths.ts";
import type { ActualUnit } from "../model/unit.ts";
import { formatTable } from "./columns.ts";
import { CliError } from "./failure.ts";

const CLAIMS_USAGE = `usage: unitlet claims [delete NAMESPACE/NAME…]

Lists the PersistentVolumeClaims of this host that have a directory, with the pods that use each. The directory of a claim stays
when its manifest is removed.

  delete  remove the directories of claims, with their data; refused while a pod uses one of them
`;

/** `unitlet claims`: lists the claims. `unitlet claims delete` removes some with their data. Throws CliError. */
export async function claims(args: readonly string[]): Promise<string> {
  const [verb, ...names] = args;
  if (verb === undefined) return claimsTable(readClaims(), unitsOfPods());
  if (verb === "--help") return CLAIMS_USAGE;
  if (verb !== "delete" || names.length === 0) throw new CliError(CLAIMS_USAGE, EX_USAGE);
  const chosen = names.map(claimOf);
  for (const claim of chosen) refuseUsed(claim);
  return chosen.map((claim) => `${remove(claim)}\n`).join("");
}

function unitsOfPods(): readonly ActualUnit[] {
  return [...readUnits(new Map()).values()];
}

function claimOf(given: string): StoredClaim {
  const [namespace = "", name = "", ...rest] = given.split("/");
  if (name === "" || rest.length > 0)
    throw new CliError(`unitlet claims: expected NAMESPACE/NAME, found "${given}"`, EX_USAGE);
  if (!hasClaim(namespace, name))
    throw new CliError(`claim ${given} has no directory: unitlet claims lists those that do`);
  return { namespace, name };
}

function refuseUsed(claim: StoredClaim): void {
  const given = namespacedName(claim);
  const [user] = usersOf(claim, unitsOfPods());
  if (user !== undefined) throw new CliError(`claim ${given} is used by pod ${user}: remove its manifest first`);
  const [mount] = mountsBelow(claimPath(claim.namespace, claim.name));
  if (mount !== undefined) throw new CliError(`claim ${given} has a file system mounted at ${mount}: unmount it first`);
}

function remove(claim: StoredClaim): string {
  const given = namespacedName(claim);
  const isGone = deleteClaim(claim, () => usersOf(claim, unitsOfPods()).length > 0);
  if (!isGone) throw new CliError(`claim ${given} is used by a pod since now, and stays`);
  return `deleted ${given}`;
}

/** Returns the pods that use a claim, as NAMESPACE/NAME. The unit of each of their containers names the directory. */
export function usersOf({ namespace, name }: StoredClaim, units: readonly ActualUnit[]): readonly string[] {
  const word = `"${claimPath(namespace, name)}"`;
  const pods = units.flatMap(({ identity, text }) =>
    identity?.pod !== undefined && text?.includes(word)
      ? [namespacedName({ namespace: identity.namespace, name: identity.pod })]
      : [],
  );
  return [...new Set(pods)].toSorted();
}

/** Formats claims as a table. */
export function claimsTable(stored: readonly StoredClaim[], units: readonly ActualUnit[]): string {
  if (stored.length === 0) return "No claims.\n";
  const rows = stored.map((claim) => {
    const { namespace, name } = claim;
    return [namespace, name, usersOf(claim, units).join(",") || "-", claimPath(namespace, name)];
  });
  return formatTable([["NAMESPACE", "CLAIM", "USED BY", "DIRECTORY"], ...rows]);
}
