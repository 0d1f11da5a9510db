import type { Mount } from "../../model/confinement.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { lastOf, type PackageServiceUnit } from "./service.ts";

/** Returns the mounts that the unit asks for by BindPaths=, BindReadOnlyPaths= and TemporaryFileSystem=. */
export function serviceMounts(service: PackageServiceUnit): readonly Mount[] {
  return [
    ...words(service, "BindPaths").map((word) => bind(word, false)),
    ...words(service, "BindReadOnlyPaths").map((word) => bind(word, true)),
    ...words(service, "TemporaryFileSystem").map(tmpfs),
  ];
}

/** Returns the paths that the unit hides from its service. */
export function inaccessiblePaths(service: PackageServiceUnit): readonly string[] {
  const home = lastOf(service, "ProtectHome") ?? "no";
  return [
    ...["InaccessiblePaths", "InaccessibleDirectories"].flatMap((key) => paths(service, key)),
    ...(/^(1|yes|true|on|tmpfs)$/i.test(home) ? ["/home", "/root"] : []),
  ];
}

/** Returns the paths that the unit lets its service write to. */
export function readWritePaths(service: PackageServiceUnit): readonly string[] {
  return ["ReadWritePaths", "ReadWriteDirectories"].flatMap((key) => paths(service, key));
}

function bind(word: string, readOnly: boolean): Mount {
  const [source = "", target = source] = word.replace(/^-/, "").split(":");
  return {
    ...{ type: "bind", source: cleanPath(source), target: cleanPath(target), readOnly, recursiveReadOnly: readOnly },
    ...{ propagation: "private", optional: word.startsWith("-") },
  };
}

function tmpfs(word: string): Mount {
  const [path = "", options = ""] = word.split(":");
  const mode = /(?:^|,)mode=(\d+)/.exec(options)?.[1] ?? "0755";
  return {
    ...{ type: "tmpfs", target: cleanPath(path), mode: Number.parseInt(mode, 8) },
    readOnly: /(^|,)ro(,|$)/.test(options),
  };
}

function paths(service: PackageServiceUnit, key: string): readonly string[] {
  const all = words(service, key).map((word) => word.replace(/^[-+]+/, ""));
  return all.filter((word) => word.startsWith("/")).map(cleanPath);
}

function words({ settings }: PackageServiceUnit, key: string): readonly string[] {
  const all = (settings.get(key) ?? []).flatMap((value) => value.split(/\s+/));
  return all.map((word) => word.replaceAll(/["']/g, "")).filter((word) => word !== "");
}
