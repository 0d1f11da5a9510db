import type { Container, Pod } from "../../model/api/pod.ts";
import type { BindMount, Confinement } from "../../model/confinement.ts";
import type { InstalledDeb, Packages } from "../../model/image/deb.ts";
import { environmentFile } from "../../model/paths.ts";
import { launchText } from "../../unitfile/launch.ts";
import { LAUNCH_FILE } from "../container.ts";
import { containerPath } from "../container-path.ts";
import type { TranslateContext } from "../context.ts";
import { hostVariables } from "../env/environment.ts";
import { expandAll } from "../env/expand.ts";
import { type HostLaunchInput, hostLaunch, hostLaunchInput, type Launch, type MountSources } from "../host/launch.ts";
import { runAsNonRootViolation } from "../security/accounts.ts";
import { containerConfinement } from "../security/confinement.ts";
import { userOf } from "../security/user.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { directoryVariables, ownDirectories } from "./directories.ts";
import { shellWord } from "./exec-words.ts";
import { serviceHooks } from "./hooks.ts";
import { type PackageServiceUnit, packageService } from "./service.ts";
import { programOf, runDirectory, type ServiceStart, serviceCapabilities } from "./start.ts";
import { serviceProblem, serviceType, workingDirectory } from "./type.ts";
import { type UnixAccount, unixAccount } from "./unix-account.ts";

/** What the pod names as its image, with what it is on this host. */
export interface PackageOnHost {
  readonly deb: InstalledDeb;
  readonly debs: Pick<Packages, "passwd" | "group">;
  /** Which of its services, if the pod says so. */
  readonly wished?: string | undefined;
}

/** A program of a package, on the host's own files: the pod's command, or what the package's own unit runs. */
export function packageLaunch(
  pod: Pod,
  container: Container,
  { deb, debs, wished }: PackageOnHost,
  context: TranslateContext,
  places: MountSources,
): Launch {
  const refused = (message: string) => ({ ok: false, reason: "CreateContainerError", message }) as const;
  const path = containerPath(pod, container);
  if (container.command?.length) {
    const breach = runAsNonRootViolation(pod, container, userOf(pod, container).uid ?? 0, "");
    return breach === undefined
      ? hostLaunch(pod, container, context, places)
      : { ok: false, reason: "CreateContainerConfigError", message: breach };
  }
  const found = packageService(deb, wished);
  if (!found.ok) return refused(`${path}.command is missing: ${found.because}; name the program in command`);
  const { service } = found;
  const accounted = unixAccount(pod, container, service, debs);
  if (!accounted.ok) return { ok: false, reason: "CreateContainerConfigError", message: accounted.message };
  const problem = serviceProblem(pod, container, service, accounted.account);
  if (problem !== undefined)
    return refused(`${path}.command is missing: ${service.name} ${problem}; name the program in command`);
  const parts = hostLaunchInput(pod, container, context, places);
  return parts.ok ? started(pod, container, context, deb, service, accounted.account, parts) : parts;
}

function started(
  pod: Pod,
  container: Container,
  context: TranslateContext,
  deb: InstalledDeb,
  service: PackageServiceUnit,
  account: UnixAccount,
  { mark, declared, mounts }: HostLaunchInput,
): Launch {
  const directories = ownDirectories(service);
  const confinement = serviceConfinement(pod, container, context, service, account, mounts.mounts);
  const writable = confinement.root.readOnly
    ? []
    : [...directories.map(({ path }) => path).filter((path) => !path.startsWith("/run/")), ...deb.directories];
  const start: ServiceStart = {
    ...{ service, account, directories, writable },
    type: serviceType(service, account, confinement.privileged),
  };
  const exec = programOf(service);
  const { conditions, storage } = mounts;
  const lifecycle = serviceHooks(service, container.lifecycle);
  const launch = { ok: true, program: exec.words[0] ?? "", confinement, service: start, conditions, storage } as const;
  const more = lifecycle === undefined ? {} : { lifecycle };
  if (declared === undefined) return { ...launch, ...more };
  const own = (service.settings.get("Environment") ?? []).join(" ");
  const isOwn = (name: string) => new RegExp(`(^|[\\s"'])${name}=`).test(own);
  const base = hostVariables(new Map(), context.host.hostname, account.user);
  const variables = new Map([
    ...[...base, ["HOME", account.home] as const].filter(([name]) => !isOwn(name)),
    ...directoryVariables(service),
    ...declared,
  ]);
  const program = exec.words.map((word) => shellWord(word.replaceAll("%%", "%"), exec));
  const argv = [...program, ...expandAll(container.args ?? [], (name) => declared.get(name))];
  const text = launchText(LAUNCH_FILE, mark, variables, argv);
  const file = { name: environmentFile(container.name), text, uid: account.user.uid };
  return { ...launch, ...more, file };
}

/** The host's name is its own: the launcher of a service that is not root could give it no other. */
function serviceConfinement(
  pod: Pod,
  container: Container,
  context: TranslateContext,
  service: PackageServiceUnit,
  account: UnixAccount,
  mounted: HostLaunchInput["mounts"]["mounts"],
): Confinement {
  const { hostname: _, ...base } = containerConfinement(pod, container, context, mounted);
  const hasRun = mounted.some(({ target }) => /^(\/var)?\/run$/.test(target));
  const run: BindMount = {
    type: "bind",
    source: runDirectory(pod.metadata.uid, container.name),
    target: "/run",
    readOnly: base.root.readOnly,
    recursiveReadOnly: false,
    propagation: "private",
    late: true,
  };
  return {
    ...base,
    user: account.user,
    workingDirectory: cleanPath(container.workingDir ?? workingDirectory(service, account.home)),
    capabilities: serviceCapabilities(service, base.capabilities),
    namespaces: { ...base.namespaces, uts: "host" },
    mounts: hasRun ? base.mounts : [run, ...base.mounts],
  };
}
