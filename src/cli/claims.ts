import { readConfig } from "../io/config-files.ts";
import { connectPodSource } from "../io/pod-source.ts";
import { readUnits } from "../io/systemd/unit-files.ts";
import { deleteClaim, hasClaim, readClaims, type StoredClaim } from "../io/volumes/claims.ts";
import { mountsBelow } from "../io/volumes/mounts.ts";
import { logTo } from "../log.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { claimPath } from "../model/paths.ts";
import type { ActualUnit } from "../model/unit.ts";
import { allPodsOf } from "../workloads/all-pods.ts";
import { formatTable } from "./columns.ts";
import { CliError } from "./failure.ts";

const CLAIMS_USAGE = `usage: unitlet claims [delete NAMESPACE/NAME…]

Lists the PersistentVolumeClaims of this host that have a directory, with the pods that use each. The directory of a claim stays
when its manifest is removed.

  delete  remove the directories of claims, with their data; refused while a pod uses one of them,
          also one that has not started
`;

/** `unitlet claims`: lists the claims. `unitlet claims delete` removes some with their data. Throws CliError. */
export async function claims(args: readonly string[]): Promise<string> {
  const [verb, ...names] = args;
  if (verb === undefined) return claimsTable(readClaims(), unitsOfPods(), await podsOfDirectory());
  if (verb === "--help") return CLAIMS_USAGE;
  if (verb !== "delete" || names.length === 0) throw new CliError(CLAIMS_USAGE, EX_USAGE);
  const chosen = names.map(claimOf);
  const pods = await podsOfDirectory();
  for (const claim of chosen) refuseUsed(claim, pods);
  return chosen.map((claim) => `${remove(claim)}\n`).join("");
}

function unitsOfPods(): readonly ActualUnit[] {
  return [...readUnits(new Map()).values()];
}

/** Returns the pods that a standalone host has or is to have. One without a unit may wait for its image. */
async function podsOfDirectory(): Promise<readonly Pod[]> {
  const { config } = await readConfig();
  if (config.cluster !== undefined) return [];
  const { source } = connectPodSource(
    config,
    logTo(() => undefined),
    Date.now(),
  );
  const listed = await source.list();
  // Without the directory no pod is removed, so the units name those that use a claim.
  if (!listed.ok) return [];
  const { pods, workloads } = listed.parse();
  const { objects = [], states = [] } = workloads ?? {};
  const lasting = objects.filter(({ kind }) => kind !== "Job");
  const made = states.flatMap((state) => state.pods.map(({ pod }) => pod));
  return [...pods, ...made, ...allPodsOf(lasting, config.maxPods)];
}

function claimOf(given: string): StoredClaim {
  const [namespace = "", name = "", ...rest] = given.split("/");
  if (name === "" || rest.length > 0)
    throw new CliError(`unitlet claims: expected NAMESPACE/NAME, found "${given}"`, EX_USAGE);
  if (!hasClaim(namespace, name))
    throw new CliError(`claim ${given} has no directory: unitlet claims lists those that do`);
  return { namespace, name };
}

function refuseUsed(claim: StoredClaim, pods: readonly Pod[]): void {
  const given = namespacedName(claim);
  const [user] = usersOf(claim, unitsOfPods(), pods);
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

/**
 * Returns the pods that use a claim, as NAMESPACE/NAME. The unit of each of their containers names the directory. `pods` are those that
 * need no unit to use it.
 */
export function usersOf(
  { namespace, name }: StoredClaim,
  units: readonly ActualUnit[],
  pods: readonly Pod[] = [],
): readonly string[] {
  const word = `"${claimPath(namespace, name)}"`;
  const running = units.flatMap(({ identity, text }) =>
    identity?.pod !== undefined && text?.includes(word)
      ? [namespacedName({ namespace: identity.namespace, name: identity.pod })]
      : [],
  );
  const named = pods.filter(
    ({ metadata, spec: { volumes = [] }, status }) =>
      metadata.namespace === namespace &&
      !isTerminal(status?.phase) &&
      volumes.some(({ persistentVolumeClaim: claim }) => claim?.claimName === name),
  );
  return [...new Set([...running, ...named.map(({ metadata }) => namespacedName(metadata))])].toSorted();
}

/** Formats claims as a table. */
export function claimsTable(
  stored: readonly StoredClaim[],
  units: readonly ActualUnit[],
  pods: readonly Pod[] = [],
): string {
  if (stored.length === 0) return "No claims.\n";
  const rows = stored.map((claim) => {
    const { namespace, name } = claim;
    return [namespace, name, usersOf(claim, units, pods).join(",") || "-", claimPath(namespace, name)];
  });
  return formatTable([["NAMESPACE", "CLAIM", "USED BY", "DIRECTORY"], ...rows]);
}
