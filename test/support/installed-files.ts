import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** One line of units/install/manifest. */
export interface InstalledFile {
  readonly kind: string;
  /** The absolute path in the repository. */
  readonly source: string;
  /** The path below units/. */
  readonly file: string;
  /** The name of the installed file. */
  readonly name: string;
  readonly mode: number;
  /** True when units of containers use it. */
  readonly pods: boolean;
}

const UNITS = fileURLToPath(new URL("../../units/", import.meta.url));

/** Returns the lines of units/install/manifest, which the installer and the remover read as well. */
export function installedFiles(): readonly InstalledFile[] {
  const lines = readFileSync(`${UNITS}install/manifest`, "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [kind = "", file = "", mode = "", users] = line.split(/ +/);
      return {
        kind,
        file,
        source: UNITS + file,
        name: basename(file),
        mode: Number.parseInt(mode, 8),
        pods: users === "pods",
      };
    });
}

/** Returns the helpers of these folders of units/helpers, or all helpers without folders. */
export function installedHelpers(...folders: readonly string[]): readonly InstalledFile[] {
  const isWanted = (file: string) => folders.length === 0 || folders.some((folder) => file.split("/")[1] === folder);
  return installedFiles().filter(({ kind, file }) => kind === "helper" && isWanted(file));
}

/** Returns a file by its installed name. Throws when the manifest has none. */
export function installedFile(name: string): InstalledFile {
  const found = installedFiles().find((each) => each.name === name);
  if (found === undefined) throw new Error(`units/install/manifest has no ${name}`);
  return found;
}

/** Returns the names of the files that `--uninstall --keep-pods` leaves, sorted. */
export function namesUsedByPods(): readonly string[] {
  return installedFiles()
    .filter(({ pods }) => pods)
    .map(({ name }) => name)
    .toSorted();
}
