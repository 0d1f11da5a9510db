import type { Confinement } from "../../model/confinement.ts";
import { podRunDir } from "../../model/paths.ts";
import type { ContainerKind, UnitLines } from "../../model/unit.ts";
import { execLine, quotePath, quoteWord } from "../../unitfile/quote.ts";
import type { Launch } from "../launch.ts";
import { capabilitiesOf, isEveryCapability } from "../security/capabilities.ts";
import { DIRECTIVES } from "./directives.ts";
import { type ExecLine, execWords } from "./exec-words.ts";
import { killSignal } from "./hooks.ts";
import { lastOf, type PackageServiceUnit } from "./service.ts";
import type { UnixAccount } from "./unix-account.ts";

/** What the unit of a container takes over from a package's unit. */
export interface ServiceStart {
  readonly service: PackageServiceUnit;
  readonly account: UnixAccount;
  readonly type: "exec" | "notify" | "forking";
  readonly directories: readonly OwnDirectory[];
  /** Of the package and the unit: what can be written to though the host's files are read-only. */
  readonly writable: readonly string[];
}

/** As RuntimeDirectory= and the like make it. */
export interface OwnDirectory {
  readonly path: string;
  /** "0755" */
  readonly mode: string;
}

/** What the container has as its /run: made anew for each start, since each command of a unit would get another tmpfs. */
export const runDirectory = (uid: string, container: string) => `${podRunDir(uid)}/${container}.run`;

/** What stands before the program, and must be executed though the package's unit lets nothing else be. */
const launchers = (libDir: string) => `/bin/sh -/usr/bin/setpriv -/usr/bin/perl -/usr/bin/env -${quotePath(libDir)}`;

/** To come first in [Service]: what the pod says takes the place of what the package does. */
export function serviceLines(start: ServiceStart, confinement: Confinement, libDir: string): UnitLines {
  const { service, account, type, writable } = start;
  const kept = [...service.settings].flatMap(([key, values]) =>
    DIRECTIVES.get(key) === "kept" ? values.map((value) => [key, value] as const) : [],
  );
  const watchdog = type === "notify" ? lastOf(service, "WatchdogSec") : undefined;
  return [
    ...kept,
    ...(account.name === undefined ? otherUserLines(service) : ownLines(service, account, confinement)),
    ...(service.settings.has("NoExecPaths") ? ([["ExecPaths", launchers(libDir)]] as const) : []),
    ...(watchdog === undefined ? [] : ([["WatchdogSec", watchdog]] as const)),
    ...writable.map((path) => ["ReadWritePaths", `-${quotePath(path)}`] as const),
  ];
}

/** The unit's own user, as systemd makes it: it can give what nobody else can, such as a user namespace. */
function ownLines(service: PackageServiceUnit, { name = "", user }: UnixAccount, confinement: Confinement): UnitLines {
  const { capabilities } = confinement;
  const bounds = capabilities.length === 0 ? [""] : [capabilities.join(" ")];
  const of = (key: string) => (service.settings.get(key) ?? []).map((value) => [key, value] as const);
  return [
    ["User", name],
    ["Group", String(user.gid)],
    ...of("SupplementaryGroups"),
    ...user.groups.map((group) => ["SupplementaryGroups", String(group)] as const),
    ...of("PrivateUsers"),
    ...of("AmbientCapabilities"),
    ...(isEveryCapability(capabilities) ? [] : bounds.map((names) => ["CapabilityBoundingSet", names] as const)),
  ];
}

/** setpriv makes the user, and the fence: no filter of the unit's may keep them from it. */
function otherUserLines(service: PackageServiceUnit): UnitLines {
  if (!service.settings.has("SystemCallFilter")) return [];
  return [
    ["SystemCallFilter", "@setuid capset prctl landlock_create_ruleset landlock_add_rule landlock_restrict_self"],
  ];
}

/** Where systemd listens for what services say of themselves; a container's own /run hides it. */
const NOTIFY_SOCKET = "/run/systemd/notify";

/** Start and stop of a package's service: `prefix` goes before every command of the package that has no special rights. */
export function serviceStartLines(
  { service, type }: ServiceStart,
  kind: ContainerKind,
  argv: readonly string[],
  prefix: readonly string[],
): Pick<Launch, "type"> & { readonly lines: Pick<Launch["lines"], "startPre" | "start" | "stopPost"> } {
  const notify = [
    ["NotifyAccess", lastOf(service, "NotifyAccess") ?? "main"],
    ["BindReadOnlyPaths", NOTIFY_SOCKET],
  ] as const;
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

/** By which it wants to be ended. */
export function serviceSignal({ service }: ServiceStart): string | undefined {
  return killSignal(service) ?? lastOf(service, "KillSignal");
}

/** ExecStartPre= and the like: with the rights of the program, unless the package says that they have all. */
function commandLines(
  service: PackageServiceUnit,
  key: "ExecStartPre" | "ExecStopPost",
  prefix: readonly string[],
): UnitLines {
  return (service.settings.get(key) ?? []).map((line) => {
    const flags = execWords(line)?.flags ?? "";
    const isPrivileged = /[+!]/.test(flags);
    if (isPrivileged || prefix.length === 0) return [key, line];
    const words = prefix.map((word) => quoteWord(word).replaceAll("$", flags.includes(":") ? "$&" : "$$$$"));
    return [key, `${flags}${words.join(" ")} ${line.slice(flags.length).trimStart()}`];
  });
}

/** Makes the directories, by a helper that has all rights. */
export function directoryLine(
  { account, directories }: ServiceStart,
  uid: string,
  container: string,
  libDir: string,
): readonly [string, string] {
  const { user } = account;
  const words = [uid, container, `${user.uid}:${user.gid}`, ...directories.map(({ path, mode }) => `${mode}:${path}`)];
  const entered = "/usr/bin/nsenter --mount=/proc/1/ns/mnt --";
  return ["ExecStartPre", `+:${entered} ${libDir}/container-directories ${words.map(quoteWord).join(" ")}`];
}

/** Of its ExecStart=, which is there and can be read. */
export function programOf(service: PackageServiceUnit): ExecLine {
  return execWords(lastOf(service, "ExecStart") ?? "") ?? { flags: "", words: [] };
}

/** What a package's unit leaves of the pod's capabilities. */
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
