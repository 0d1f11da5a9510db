import type { Confinement } from "../../model/confinement.ts";
import type { ConfinementProbe } from "../../model/host/confinement-probe.ts";
import { enterFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import { hasLandlock, setprivOptions } from "./unit-confinement.ts";

/**
 * Returns the file by which container-enter gives a program the rights that a container on the host's own files was
 * started with. Each line is a word and its value: `landlock`, `setpriv OPTION…`, and `groups process` when systemd
 * chose the groups.
 */
export function enterRights(container: string, confinement: Confinement, probe?: ConfinementProbe): DesiredFile {
  const landlock = hasLandlock(confinement, probe) ? ["landlock"] : [];
  return file(container, [...landlock, ["setpriv", ...setprivOptions(confinement)].join(" ")]);
}

/**
 * Returns the same file for a user that systemd sets by User=, with the groups that systemd has given to the process.
 */
export function enterUser(container: string, user: string, gid: number): DesiredFile {
  return file(container, [`setpriv --reuid=${user} --regid=${gid}`, "groups process"]);
}

function file(container: string, lines: readonly string[]): DesiredFile {
  return { name: enterFile(container), text: `${lines.join("\n")}\n`, uid: 0 };
}
