import type { Confinement, Mount } from "../model/confinement.ts";
import { quoteBind, quotePath } from "../unitfile/quote.ts";

type Lines = readonly (readonly [string, string])[];

/** The confinement as directives of a container's unit. None of them takes rights from helpers that are run with "+". */
export function confinementLines(confinement: Confinement): Lines {
  return [
    ["WorkingDirectory", quotePath(confinement.workingDirectory)],
    ...hostFilesLines(),
    ...confinement.mounts.map(mountLine),
  ];
}

/** The host's files, read-only; its /run, the agent's own files and other pods' are out of sight. */
function hostFilesLines(): Lines {
  return [
    ["ProtectSystem", "strict"],
    // What ProtectSystem=strict leaves writable.
    ["ProtectHome", "read-only"],
    ["PrivateTmp", "yes"],
    ["TemporaryFileSystem", "/run:mode=0755"],
    // /etc/resolv.conf is a link into /run on many hosts.
    ["BindReadOnlyPaths", "-/run/systemd/resolve -/run/resolvconf -/run/NetworkManager/resolv.conf"],
    ["InaccessiblePaths", "-/var/lib/unitlet -/etc/unitlet"],
  ];
}

function mountLine(mount: Mount): readonly [string, string] {
  if (mount.type === "bind") {
    return [mount.readOnly ? "BindReadOnlyPaths" : "BindPaths", quoteBind(mount.source, mount.target)];
  }
  const options = [
    `mode=${mount.mode.toString(8).padStart(4, "0")}`,
    ...(mount.size === undefined ? [] : [`size=${mount.size}`]),
    ...(mount.readOnly ? ["ro"] : []),
  ];
  return ["TemporaryFileSystem", quoteBind(mount.target, options.join(","))];
}

/**
 * What goes before the container's argv to run it as another user. Not User=: systemd refuses a number without a passwd
 * entry (217/USER), and then not even the helpers that record the exit can run.
 */
export function launchPrefix({ user }: Confinement): readonly string[] {
  if (user.uid === 0 && user.gid === 0 && user.groups.length === 0) return [];
  return ["/usr/bin/setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"];
}
