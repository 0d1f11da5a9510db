import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

export interface InstalledFile {
  readonly kind: string;
  /** Where it lies in the repository, as an absolute path. */
  readonly source: string;
  /** Its path below units/. */
  readonly file: string;
  /** The name that it is installed under. */
  readonly name: string;
  readonly mode: number;
  /** True when units of containers use it. */
  readonly pods: boolean;
}

const UNITS = fileURLToPath(new URL("../../units/", import.meta.url));

/** The lines of units/install/manifest, which the installer and the remover read as well. */
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

/** Every helper of these folders of units/helpers, or all helpers. */
export function installedHelpers(...folders: readonly string[]): readonly InstalledFile[] {
  const isWanted = (file: string) => folders.length === 0 || folders.some((folder) => file.split("/")[1] === folder);
  return installedFiles().filter(({ kind, file }) => kind === "helper" && isWanted(file));
}

/** One file by the name that it is installed under. Throws when the manifest has none. */
export function installedFile(name: string): InstalledFile {
  const found = installedFiles().find((each) => each.name === name);
  if (found === undefined) throw new Error(`units/install/manifest has no ${name}`);
  return found;
}

/** The names of what an uninstallation that keeps the pods leaves, sorted. */
export function namesUsedByPods(): readonly string[] {
  return installedFiles()
    .filter(({ pods }) => pods)
    .map(({ name }) => name)
    .toSorted();
}
