import type { Container } from "../../model/api/pod.ts";
import type { BindMount, Confinement } from "../../model/confinement.ts";
import type { InstalledDeb } from "../../model/image/deb.ts";
import { environmentFile, LAUNCH_FILE } from "../../model/paths.ts";
import { launchArgv, launchText } from "../../unitfile/launch.ts";
import type { ContainerContext } from "../context.ts";
import { hostVariables } from "../env/environment.ts";
import { expandAll } from "../env/expand.ts";
import { type HostLaunchInput, hostLaunchInput } from "../host-launch-input.ts";
import { hostLines } from "../host-lines.ts";
import type { PackageOnHost } from "../images/candidate.ts";
import type { Launch, LaunchFailure } from "../launch.ts";
import { standardInput } from "../lifecycle/standard-input.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { containerConfinement, mayBecomeRoot } from "../security/confinement.ts";
import { enterRights } from "../security/rights-options.ts";
import { runWords } from "../security/run-options.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { directoryVariables, ownDirectories } from "./directories.ts";
import { shellWord } from "./exec-words.ts";
import { serviceHooks } from "./hooks.ts";
import { inaccessiblePaths, readWritePaths, serviceMounts } from "./package-paths.ts";
import { isOn, lastOf, type PackageServiceUnit, packageService } from "./service.ts";
import {
  ambientCapabilitiesOf,
  directoryLine,
  programOf,
  runDirectory,
  type ServiceStart,
  serviceCapabilities,
  serviceLines,
  serviceSignal,
  serviceStartLines,
} from "./start.ts";
import { serviceProblem, serviceType, workingDirectory } from "./type.ts";
import { type UnixAccount, unixAccount } from "./unix-account.ts";

/** Returns the launch of a package's service on the host's files, for a container without a command. */
export function serviceLaunch(
  resolved: ResolvedContainer,
  { deb, accounts }: PackageOnHost,
  context: ContainerContext,
): Launch | LaunchFailure {
  const failed = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const { path, options } = resolved;
  const noCommand = (because: string) =>
    failed("CreateContainerError", `${path}.command is missing: ${because}; name the program in command`);
  const found = packageService(deb, options.service);
  if (!found.ok) return noCommand(found.because);
  const { service } = found;
  const resolvedAccount = unixAccount(resolved, service, accounts);
  if (!resolvedAccount.ok) return failed("CreateContainerConfigError", resolvedAccount.message);
  const { account } = resolvedAccount;
  const problem = serviceProblem(resolved, service, account, deb.directories);
  if (problem !== undefined) return noCommand(`${service.name} ${problem}`);
  const input = hostLaunchInput(resolved, context);
  return input.ok ? unitLaunch(resolved, { deb, service, account, input }, context) : input;
}

interface PackageProgram {
  readonly deb: InstalledDeb;
  readonly service: PackageServiceUnit;
  readonly account: UnixAccount;
  readonly input: HostLaunchInput;
}

function unitLaunch(resolved: ResolvedContainer, program: PackageProgram, context: ContainerContext): Launch {
  const { pod, container, kind } = resolved;
  const { service, account, input } = program;
  const { libDir } = context;
  const confinement = serviceConfinement(resolved, program, context);
  const start = startOf(program, confinement);
  const rights = {
    ambientCapabilities: ambientCapabilitiesOf(service, account),
    isFiltered: service.settings.has("SystemCallFilter") || restrictsNamespaces(service),
    keepsEnvironment: true,
  };
  const prefix = runWords(resolved, confinement, libDir, {
    ...rights,
    notifies: (start.type === "notify" || resolved.options.notify === true) && kind !== "init",
    writable: start.writable,
    hidden: inaccessiblePaths(service),
    mounts: serviceMounts(service),
  });
  const argv = [...prefix, ...launchArgv(LAUNCH_FILE, standardInput(container, kind))];
  const { type, lines } = serviceStartLines(start, kind, argv, [...prefix, ...enterDirectory(confinement)]);
  const directory = directoryLine(start, pod.metadata.uid, container.name, libDir);
  return {
    ok: true,
    program: programOf(service).words[0] ?? "",
    type,
    killMode: "mixed",
    lines: {
      ...lines,
      ...hostLines(resolved, { confinement, conditions: input.mounts.conditions }),
      defaults: serviceLines(start, libDir),
      startPre: [directory, ...lines.startPre],
    },
    hasInputPipe: container.stdin === true,
    hasPrivateTmp: !confinement.root.readOnly,
    stopSignal: serviceSignal(start),
    lifecycle: serviceHooks(service, container.lifecycle),
    paths: input.mounts.paths,
    subPaths: input.mounts.subPaths,
    file: launchFile(resolved, program, { context, directory: confinement.workingDirectory }),
    enter: enterRights(container.name, confinement, rights),
  };
}

function startOf({ deb, service, account }: PackageProgram, { root, privileged }: Confinement): ServiceStart {
  const directories = ownDirectories(service);
  const lasting = directories.map(({ path }) => path).filter((path) => !path.startsWith("/run/"));
  const writable = root.readOnly ? [] : [...lasting, ...deb.directories, ...readWritePaths(service)];
  return { service, account, directories, writable, type: serviceType(service, account, privileged) };
}

/** Returns the words by which another command of the unit enters the working directory, with the container's rights. */
function enterDirectory({ workingDirectory }: Confinement): readonly string[] {
  return workingDirectory === "/" ? [] : ["/bin/sh", "-c", 'cd -- "$0" && exec "$@"', workingDirectory];
}

/**
 * Returns the launch file with the unit's program and the variables of both; undefined while a ConfigMap or Secret
 * cannot be read.
 */
function launchFile(
  { container, specHash }: ResolvedContainer,
  { service, account, input: { declared } }: PackageProgram,
  { context: { host }, directory }: { readonly context: ContainerContext; readonly directory: string },
): Launch["file"] {
  if (declared === undefined) return undefined;
  const own = (service.settings.get("Environment") ?? []).join(" ");
  const isOwn = (name: string) => new RegExp(`(^|[\\s"'])${name}=`).test(own);
  const base = hostVariables(new Map(), host.hostname, account.user);
  const variables = new Map([
    ...[...base, ["HOME", account.home] as const].filter(([name]) => !isOwn(name)),
    ...directoryVariables(service),
    ...declared,
  ]);
  const argv = programWords(container, service, declared);
  const text = launchText(LAUNCH_FILE, specHash, { variables, argv, directory });
  return { name: environmentFile(container.name), text, uid: account.user.uid };
}

function programWords(container: Container, service: PackageServiceUnit, declared: ReadonlyMap<string, string>) {
  const exec = programOf(service);
  const program = exec.words.map((word) => shellWord(word.replaceAll("%%", "%"), exec));
  return [...program, ...expandAll(container.args ?? [], (name) => declared.get(name))];
}

/** True unless the unit lets its service make namespaces. A list of allowed kinds counts as none. */
function restrictsNamespaces(service: PackageServiceUnit): boolean {
  return (
    service.settings.has("RestrictNamespaces") &&
    !/^(0|no|n|false|f|off)$/i.test(lastOf(service, "RestrictNamespaces") ?? "")
  );
}

/** Returns the AppArmor profile: the pod's counts before that of the unit. */
function appArmorOf(
  service: PackageServiceUnit,
  { appArmorProfile }: Confinement,
): Pick<Confinement, "appArmorProfile"> | undefined {
  const profile = appArmorProfile ?? lastOf(service, "AppArmorProfile")?.replace(/^-/, "");
  return profile ? { appArmorProfile: profile } : undefined;
}

/** Returns the confinement of a service, which keeps the host's name. */
function serviceConfinement(
  resolved: ResolvedContainer,
  { service, account, input }: PackageProgram,
  context: ContainerContext,
): Confinement {
  const { pod, container } = resolved;
  const mounted = input.mounts.mounts;
  const { hostname: _, ...base } = containerConfinement(resolved, context, mounted);
  const hasRun = mounted.some(({ target }) => /^(\/var)?\/run$/.test(target));
  const run: BindMount = {
    type: "bind",
    source: runDirectory(pod.metadata.uid, container.name),
    target: "/run",
    readOnly: base.root.readOnly,
    recursiveReadOnly: false,
    propagation: "private",
    optional: true,
  };
  return {
    ...base,
    user: account.user,
    workingDirectory: cleanPath(container.workingDir ?? workingDirectory(service, account.home)),
    capabilities: serviceCapabilities(service, base.capabilities),
    noNewPrivileges:
      isOn(service, "NoNewPrivileges") ||
      container.securityContext?.allowPrivilegeEscalation === false ||
      !mayBecomeRoot(account.user, context.config),
    ...appArmorOf(service, base),
    namespaces: { ...base.namespaces, uts: "host" },
    mounts: hasRun ? base.mounts : [run, ...base.mounts],
  };
}
