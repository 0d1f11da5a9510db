import { accessSync, constants } from "node:fs";

const DIRECTORIES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** Returns whether a directory of the host's programs has one of this name. */
export function isProgram(name: string, directories: readonly string[] = DIRECTORIES): boolean {
  return directories.some((directory) => {
    try {
      accessSync(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
