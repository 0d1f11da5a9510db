import { accessSync, constants } from "node:fs";
import { DEFAULT_UNIT_DIRECTORY, type UnitDirectory } from "../../model/unit-directory.ts";
import { error, type Finding } from "./finding.ts";

/** Directories that runs write to, with what is in them. */
const WRITTEN: Readonly<Record<string, string>> = {
  "/etc/systemd/system": "the units of containers",
  "/etc/systemd": "the settings of the journals of namespaces",
  "/var/lib/unitlet": "the files of pods",
};

/** Returns the directories that runs write to when the units of pods are in this one. */
export function writtenDirectories(units: UnitDirectory = DEFAULT_UNIT_DIRECTORY): readonly string[] {
  return Object.keys(WRITTEN).filter((path) => units === DEFAULT_UNIT_DIRECTORY || !path.startsWith("/etc/"));
}

/** Returns the directories that exist and are on a read-only file system, such as that of an image-based host. */
export function readOnlyDirectories(directories: readonly string[]): readonly string[] {
  return directories.filter((directory) => {
    try {
      accessSync(directory, constants.W_OK);
      return false;
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === "EROFS";
    }
  });
}

export function directoryFindings(directories: readonly string[]): readonly Finding[] {
  return directories.map((directory) => {
    const setting = directory.startsWith("/etc/systemd") ? ", or set unitDirectory = /run/systemd/system" : "";
    return error(
      "read-only",
      `${directory}, which has ${WRITTEN[directory] ?? "files of unitlet"}, is read-only: mount a writable file system there that keeps its files, such as an overlay${setting}`,
    );
  });
}
