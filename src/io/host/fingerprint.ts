import { lstatSync, type Stats, statSync } from "node:fs";
import type { Config } from "../../model/host/config.ts";
import { IMAGES, PULLS } from "../../model/image/image.ts";
import { KEPT_UNITS, RUN_DIR } from "../../model/paths.ts";
import { UNIT_DIRECTORIES } from "../../model/unit-directory.ts";
import { digest } from "../../unitfile/hash.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { clusterNetworkPaths } from "../cni/cluster-network.ts";
import { list } from "../files.ts";
import { POD_CIDRS } from "../pods/pod-cidrs.ts";
import { adoptedNames, adoptionPath } from "../systemd/adopted-units.ts";
import { isOfInstance } from "../systemd/instance-files.ts";
import { invocationLink } from "../systemd/invocations.ts";
import { isTimerName } from "../systemd/timers.ts";
import { TYPE_DIRECTORIES } from "../systemd/type-drop-ins.ts";
import { DROP_IN_DIRECTORIES, readInvocations, SHARED_DIRECTORIES, settingsOf } from "../systemd/unit-files.ts";
import { wantsIn } from "../systemd/unit-places.ts";

/** A filter that is cheaper than asUnitName() for the many files of other programs. */
const OWN_NAME = /^(unitlet|run-unitlet-|var-lib-unitlet-)/;

/**
 * Returns a digest of the host's state that a run would act on. It covers unit files, timers of CronJobs, drop-ins, the running units (by systemd's
 * links), exit records, the files of pods and what decides on their network. It takes a few system calls per container and
 * no D-Bus call.
 */
export function hostFingerprint(config: Pick<Config, "podNetwork">): string {
  const running = [...readInvocations()].flat().join(" ");
  return digest(running + filesFingerprint(hostPaths(config)), 40);
}

/** Returns the paths that change with the host's state, but for the running units. */
export function hostPaths({ podNetwork }: Pick<Config, "podNetwork">): readonly string[] {
  const paths = [
    ...networkPaths(podNetwork),
    ...UNIT_DIRECTORIES.map(wantsIn),
    KEPT_UNITS,
    "/run/dbus/system_bus_socket",
    ...SHARED_DIRECTORIES,
    ...TYPE_DIRECTORIES,
  ];
  const ofUnits: readonly string[] = UNIT_DIRECTORIES;
  for (const directory of DROP_IN_DIRECTORIES) {
    for (const name of list(directory)) {
      if (!OWN_NAME.test(name)) continue;
      if (isOfInstance(name) || isTimerName(name)) paths.push(`${directory}/${name}`);
      const unit = ofUnits.includes(directory) ? asUnitName(name) : undefined;
      if ((unit ?? settingsOf(name, directory)) !== undefined) paths.push(`${directory}/${name}`);
    }
  }
  // The start, the back-off and the end of a container each add or remove a file there.
  for (const uid of list(`${RUN_DIR}/pods`)) paths.push(`${RUN_DIR}/pods/${uid}`);
  for (const name of adoptedNames())
    paths.push(...UNIT_DIRECTORIES.map((directory) => adoptionPath(directory, name)), invocationLink(name));
  return [...paths, `${IMAGES}/refs`, PULLS];
}

function networkPaths(podNetwork: Config["podNetwork"]): readonly string[] {
  if (podNetwork === "bridge") return [POD_CIDRS];
  return podNetwork === "cni" ? [...clusterNetworkPaths(), `${RUN_DIR}/problem.network`] : [];
}

const NUMBERS_PER_FILE = 4;

/**
 * Returns a digest of inode numbers, sizes and times, which change with the content of these files. For a link it covers
 * the link and its target.
 */
export function filesFingerprint(paths: readonly string[]): string {
  // The numbers are hashed as binary, because formatting a thousand of them costs more than lstat(2).
  const numbers = new Float64Array(paths.length * NUMBERS_PER_FILE);
  const targets: number[] = [];
  for (const [at, path] of paths.entries()) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    numbers.set(numbersOf(stat), at * NUMBERS_PER_FILE);
    if (stat.isSymbolicLink()) targets.push(at, ...targetOf(path));
  }
  const files = digest(paths.join("\n"), 40) + digest(new Uint8Array(numbers.buffer), 40);
  return targets.length === 0 ? files : files + digest(new Uint8Array(Float64Array.from(targets).buffer), 40);
}

/** Returns the numbers of a file that `filesFingerprint` covers. */
export function numbersOf({ ino, size, mtimeMs, ctimeMs }: Stats): readonly number[] {
  return [ino, size, mtimeMs, ctimeMs];
}

/** Returns the numbers of the file that a link leads to; none when it leads nowhere or in a circle. */
function targetOf(path: string): readonly number[] {
  try {
    return numbersOf(statSync(path));
  } catch {
    return [];
  }
}
