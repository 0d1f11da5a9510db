import type { InstalledDeb } from "../../model/image/deb.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { ownDirectories } from "./directories.ts";
import type { PackageServiceUnit } from "./service.ts";

/** Directives whose paths systemd looks up among the container's mounts. */
const PATH_DIRECTIVES = [
  ...["InaccessiblePaths", "InaccessibleDirectories", "ReadOnlyPaths", "ReadOnlyDirectories"],
  ...["ReadWritePaths", "ReadWriteDirectories", "ExecPaths", "NoExecPaths"],
  ...["BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem"],
];

/** Returns all paths that the container's unit takes over from the package and its unit. */
export function namedPaths(service: PackageServiceUnit, { directories }: InstalledDeb): readonly string[] {
  const values = PATH_DIRECTIVES.flatMap((key) => service.settings.get(key) ?? []);
  const words = values.flatMap((value) => value.split(/[\s:"']+/)).map((word) => word.replace(/^[-+]+/, ""));
  return [
    ...ownDirectories(service).map(({ path }) => path),
    ...directories,
    ...words.filter((word) => word.startsWith("/")).map(cleanPath),
  ];
}
