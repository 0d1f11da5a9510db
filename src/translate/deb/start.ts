import type { Confinement } from "../../model/confinement.ts";
import { podRunDir } from "../../model/paths.ts";
import type { ContainerKind, UnitLines } from "../../model/unit.ts";
import { execLine, quotePath, quoteWord } from "../../unitfile/quote.ts";
import type { Launch } from "../launch.ts";
import { capabilitiesOf } from "../security/capabilities.ts";
import { FOR_CONTAINER_RUN } from "../security/seccomp.ts";
import { DIRECTIVES } from "./directives.ts";
import { type ExecLine, execWords } from "./exec-words.ts";
import { killSignal } from "./hooks.ts";
import { lastOf, type PackageServiceUnit } from "./service.ts";
import type { UnixAccount } from "./unix-account.ts";

/** What a container's unit takes from a package's unit. */
export interface ServiceStart {
  readonly service: PackageServiceUnit;
  readonly account: UnixAccount;
  readonly type: "exec" | "notify" | "forking";
  readonly directories: readonly OwnDirectory[];
  /** Directories of the package and its unit, writable although the host's files are read-only. */
  readonly writable: readonly string[];
}

/** A directory as RuntimeDirectory= and similar directives create it. */
export interface OwnDirectory {
  readonly path: string;
  /** "0755" */
  readonly mode: string;
}

/** The container's /run, created for each start. A tmpfs would be another one for each command of the unit. */
export const runDirectory = (uid: string, container: string) => `${podRunDir(uid)}/${container}.run`;

/** Programs that launch the container: the unit's NoExecPaths= must not forbid them. */
const launchers = (libDir: string) => `/bin/sh -/usr/bin/perl -/usr/bin/env -${quotePath(libDir)}`;

/** Returns the first lines of [Service]: lines for the pod's fields follow and replace them. */
export function serviceLines({ service, type }: ServiceStart, libDir: string): UnitLines {
  const kept = [...service.settings].flatMap(([key, values]) =>
    DIRECTIVES.get(key) === "kept" ? values.map((value) => [key, value] as const) : [],
  );
  const watchdog = type === "notify" ? lastOf(service, "WatchdogSec") : undefined;
  return [
    ...kept,
    ...(service.settings.has("SystemCallFilter") ? ([["SystemCallFilter", FOR_CONTAINER_RUN]] as const) : []),
    ...(service.settings.has("NoExecPaths") ? ([["ExecPaths", launchers(libDir)]] as const) : []),
    ...(watchdog === undefined ? [] : ([["WatchdogSec", watchdog]] as const)),
  ];
}

/** Returns the ambient capabilities that the unit gives its user; none for root and for the pod's runAsUser. */
export function ambientCapabilitiesOf(service: PackageServiceUnit, account: UnixAccount): readonly string[] {
  if (account.name === undefined) return [];
  return (service.settings.get("AmbientCapabilities") ?? []).flatMap((value) => value.trim().split(/\s+/));
}

/**
 * Returns the lines that start and stop a package's service. `prefix` goes before every command without special rights.
 */
export function serviceStartLines(
  { service, type }: ServiceStart,
  kind: ContainerKind,
  argv: readonly string[],
  prefix: readonly string[],
): Pick<Launch, "type"> & { readonly lines: Pick<Launch["lines"], "startPre" | "start" | "stopPost"> } {
  const notify = [["NotifyAccess", lastOf(service, "NotifyAccess") ?? "main"]] as const;
  return {
    type: kind === "init" ? "oneshot" : type,
    lines: {
      startPre: commandLines(service, "ExecStartPre", prefix),
      start: [["ExecStart", execLine(argv)]],
      stopPost: [
        ...commandLines(service, "ExecStopPost", prefix),
        ...(type === "notify" && kind !== "init" ? notify : []),
      ],
    },
  };
}

/** Returns the stop signal that the unit asks for. */
export function serviceSignal({ service }: ServiceStart): string | undefined {
  return killSignal(service) ?? lastOf(service, "KillSignal");
}

/** Returns such commands with the rights of the program. None has "+" or "!": those are refused. */
function commandLines(
  service: PackageServiceUnit,
  key: "ExecStartPre" | "ExecStopPost",
  prefix: readonly string[],
): UnitLines {
  return (service.settings.get(key) ?? []).map((line) => {
    const flags = execWords(line)?.flags ?? "";
    if (prefix.length === 0) return [key, line];
    const words = prefix.map((word) => quoteWord(word).replaceAll("$", flags.includes(":") ? "$&" : "$$$$"));
    return [key, `${flags}${words.join(" ")} ${line.slice(flags.length).trimStart()}`];
  });
}

/** Returns the line that creates the service's directories, by a helper that runs as root. */
export function directoryLine(
  { account, directories }: ServiceStart,
  uid: string,
  container: string,
  libDir: string,
): readonly [string, string] {
  const { user } = account;
  const words = [uid, container, `${user.uid}:${user.gid}`, ...directories.map(({ path, mode }) => `${mode}:${path}`)];
  return ["ExecStartPre", execLine([`${libDir}/container-directories`, ...words], "+")];
}

/** Returns the program of ExecStart=, which has been checked. */
export function programOf(service: PackageServiceUnit): ExecLine {
  return execWords(lastOf(service, "ExecStart") ?? "") ?? { flags: "", words: [] };
}

/** Returns the pod's capabilities that CapabilityBoundingSet= of the unit allows. */
export function serviceCapabilities(
  service: PackageServiceUnit,
  capabilities: Confinement["capabilities"],
): Confinement["capabilities"] {
  const lines = service.settings.get("CapabilityBoundingSet");
  if (lines === undefined) return capabilities;
  const everything = capabilitiesOf({ privileged: true });
  const bounds = lines.reduce<ReadonlySet<string> | undefined>((before, line) => {
    const names = line.replace(/^~/, "").trim().split(/\s+/);
    if (!line.startsWith("~")) return new Set([...(before ?? []), ...names]);
    return new Set([...(before ?? everything)].filter((name) => !names.includes(name)));
  }, undefined);
  return capabilities.filter((name) => bounds?.has(name));
}
