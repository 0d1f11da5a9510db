import { lastOf, type PackageServiceUnit } from "./service.ts";
import type { OwnDirectory } from "./start.ts";

const KINDS = [
  ["Runtime", "/run"],
  ["State", "/var/lib"],
  ["Cache", "/var/cache"],
  ["Logs", "/var/log"],
  ["Configuration", "/etc"],
] as const;

/** Returns the directories that the service's unit asks for. Each belongs to the service's user. */
export function ownDirectories(service: PackageServiceUnit): OwnDirectory[] {
  return KINDS.flatMap(([kind]) => {
    const mode = lastOf(service, `${kind}DirectoryMode`) ?? "0755";
    return paths(service, kind).map((path) => ({ path, mode }));
  });
}

/** Returns the variables by which systemd passes these directories to a service. */
export function directoryVariables(service: PackageServiceUnit): [string, string][] {
  return KINDS.flatMap(([kind]): [string, string][] => {
    const all = paths(service, kind);
    return all.length === 0 ? [] : [[`${kind.toUpperCase()}_DIRECTORY`, all.join(":")]];
  });
}

function paths({ settings }: PackageServiceUnit, kind: (typeof KINDS)[number][0]): string[] {
  const base = KINDS.find(([name]) => name === kind)?.[1] ?? "";
  const words = (settings.get(`${kind}Directory`) ?? []).flatMap((value) => value.split(/\s+/));
  // A symlink follows after a colon.
  const names = words.map((word) => word.replace(/:.*$/, "")).filter((name) => /^[^/]/.test(name));
  return names.filter((name) => !name.split("/").includes("..")).map((name) => `${base}/${name}`);
}
