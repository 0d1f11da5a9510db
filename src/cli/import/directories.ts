import type { Directives } from "./directives.ts";
import { type ImportedMount, plainPath } from "./mounts.ts";

const KINDS = [
  ["RuntimeDirectory", "/run", "RUNTIME_DIRECTORY"],
  ["StateDirectory", "/var/lib", "STATE_DIRECTORY"],
  ["CacheDirectory", "/var/cache", "CACHE_DIRECTORY"],
  ["LogsDirectory", "/var/log", "LOGS_DIRECTORY"],
  ["ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY"],
] as const;

/** The volumes of a container and the variables that name some of them. */
export interface ImportedDirectories {
  readonly mounts: readonly ImportedMount[];
  readonly variables: ReadonlyMap<string, string>;
}

/** Reads the directories that a unit asks for, and the paths that it mounts or may write to. */
export function readDirectories(service: Directives): ImportedDirectories {
  const own = KINDS.map(([key, base, variable]) => {
    const words = service.words(key);
    const paths = words.map((word) => plainPath(`${base}/${word.replace(/:.*/, "")}`));
    tellOwnDirectory(service, key, paths);
    return { paths, variable, isRuntime: key === "RuntimeDirectory" };
  });
  const mounts = own.flatMap(({ paths, isRuntime }) =>
    paths.map((path) => (isRuntime ? emptyDirectory(path) : directoryOfHost(path))),
  );
  const variables = own
    .filter(({ paths }) => paths.length > 0)
    .map(({ variable, paths }) => [variable, paths.join(":")] as const);
  return { mounts: [...mounts, ...paths(service)], variables: new Map(variables) };
}

function tellOwnDirectory(service: Directives, key: string, paths: readonly string[]): void {
  const mode = service.last(`${key}Mode`);
  if (paths.length === 0) return;
  if (key === "RuntimeDirectory") {
    const rights = mode === undefined ? "" : ` (RuntimeDirectoryMode=${mode})`;
    service.note(key, `an emptyDir of mode 0777${rights}, which programs outside of the pod do not see`);
    return;
  }
  const rights = mode === undefined ? "" : ` and mode ${mode}`;
  service.note(key, `a hostPath volume. A missing directory is made for root: give it its owner${rights}`);
}

function emptyDirectory(mountPath: string): ImportedMount {
  return { source: { emptyDir: {} }, mountPath };
}

function directoryOfHost(path: string): ImportedMount {
  return { source: { hostPath: { path, type: "DirectoryOrCreate" } }, mountPath: path };
}

/** Reads the paths that the unit names by themselves. */
function paths(service: Directives): readonly ImportedMount[] {
  const writable = ["ReadWritePaths", "ReadWriteDirectories"].flatMap((key) =>
    service.words(key).map((word) => bind(word, false)),
  );
  const binds = service.words("BindPaths").map((word) => bind(word, false));
  const readOnly = service.words("BindReadOnlyPaths").map((word) => bind(word, true));
  const memory = service.words("TemporaryFileSystem").map((word): ImportedMount => {
    const [path = "", options = ""] = word.split(":");
    if (options !== "") service.note("TemporaryFileSystem", "an emptyDir in memory has no options", word);
    return { source: { emptyDir: { medium: "Memory" } }, mountPath: plainPath(path) };
  });
  return [...writable, ...binds, ...readOnly, ...memory].filter(({ mountPath }) => mountPath.startsWith("/"));
}

/** A volume without a type is made as a directory when the path is missing, and is a file when it is one. */
function bind(word: string, readOnly: boolean): ImportedMount {
  const [source = "", target = source] = word.replace(/^[-+]+/, "").split(":");
  return { source: { hostPath: { path: plainPath(source) } }, mountPath: plainPath(target), readOnly };
}
