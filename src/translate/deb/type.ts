import type { ResolvedContainer } from "../resolved-container.ts";
import { capabilitiesOf, withheldCapabilities } from "../security/capabilities.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { ownDirectories } from "./directories.ts";
import { execWords } from "./exec-words.ts";
import { hookProblem } from "./hooks.ts";
import { readWritePaths } from "./package-paths.ts";
import { isOn, lastOf, type PackageServiceUnit } from "./service.ts";
import type { ServiceStart } from "./start.ts";
import type { UnixAccount } from "./unix-account.ts";

/** Returns why the service cannot be this container, as a phrase that follows the unit's name. */
export function serviceProblem(
  resolved: ResolvedContainer,
  service: PackageServiceUnit,
  account: UnixAccount,
  writable: readonly string[],
): string | undefined {
  const { container, kind } = resolved;
  const type = lastOf(service, "Type") ?? "simple";
  const [line, ...more] = service.settings.get("ExecStart") ?? [];
  if (line === undefined) return "has no ExecStart=";
  if (more.length > 0) return "has several ExecStart=";
  const exec = execWords(line);
  if (exec === undefined) return `has ExecStart=${line}, which cannot be read as one command`;
  if (/[@+!]/.test(exec.flags))
    return `has ExecStart=${exec.flags}…, with rights or a name that a container cannot have`;
  const command = commandProblem(service);
  if (command !== undefined) return command;
  if (type === "dbus" || lastOf(service, "BusName") !== undefined)
    return "is known by a name on the host's bus, which a container cannot see";
  if (!(type in TYPES)) return `has Type=${type}, which a container cannot be`;
  const isInit = kind === "init";
  if (isInit && type === "forking") return "has Type=forking, whose end an init container would not see";
  if (!isInit && isOn(service, "RemainAfterExit")) return "has RemainAfterExit=: it stays without a process";
  if (container.tty || container.stdinOnce) return "reads no terminal: remove tty and stdinOnce";
  return (
    environmentFileProblem(service, writable) ?? ambientProblem(resolved, service, account) ?? hookProblem(service)
  );
}

/**
 * Returns why an EnvironmentFile= cannot be used. systemd reads it as root, and its variables reach helpers of root: only
 * root may write it, and it must not block.
 */
function environmentFileProblem(service: PackageServiceUnit, writable: readonly string[]): string | undefined {
  const files = (service.settings.get("EnvironmentFile") ?? []).map((value) =>
    cleanPath(value.trim().replace(/^-/, "")),
  );
  const own = [...writable, ...readWritePaths(service), ...ownDirectories(service).map(({ path }) => path)];
  const bad = files.find(
    (file) => !/^\/(etc|usr|lib)\//.test(file) || own.some((path) => `${file}/`.startsWith(`${path}/`)),
  );
  return bad === undefined ? undefined : `has EnvironmentFile=${bad}, which not only root can write`;
}

/**
 * Returns why a command cannot run in the container. With "+" or "!" it would run as root among the pod's volumes. "@"
 * makes the first word of the launching program its name. systemd reads a line with ";" as several commands, of which
 * only the first gets the pod's user.
 */
function commandProblem({ settings }: PackageServiceUnit): string | undefined {
  for (const key of ["ExecStartPre", "ExecStopPost"]) {
    for (const line of settings.get(key) ?? []) {
      const exec = execWords(line);
      if (exec === undefined) return `has ${key}=${line}, which cannot be read as one command`;
      if (/[@+!]/.test(exec.flags))
        return `has ${key}=${exec.flags}…, with rights or a name that a container cannot have`;
    }
  }
  return undefined;
}

const TYPES: Readonly<Record<string, ServiceStart["type"]>> = {
  ...{ simple: "exec", exec: "exec", idle: "exec", oneshot: "exec" },
  ...{ notify: "notify", "notify-reload": "notify", forking: "forking" },
};

/**
 * Returns the container's service type. A process of root could name any process of the host as the main one, so its
 * notifications are ignored.
 */
export function serviceType(
  service: PackageServiceUnit,
  { user }: UnixAccount,
  privileged: boolean,
): ServiceStart["type"] {
  const type = TYPES[lastOf(service, "Type") ?? "simple"] ?? "exec";
  return type === "notify" && user.uid === 0 && !privileged ? "exec" : type;
}

/** Returns why the unit cannot have its ambient capabilities, which must be among the pod's capabilities. */
function ambientProblem(
  { pod, container, network }: ResolvedContainer,
  service: PackageServiceUnit,
  account: UnixAccount,
): string | undefined {
  const names = (service.settings.get("AmbientCapabilities") ?? []).flatMap((value) => value.trim().split(/\s+/));
  if (names.length === 0 || account.user.uid === 0) return undefined;
  if (account.name === undefined) return "has AmbientCapabilities=, which runAsUser takes away: leave that out";
  const allowed: readonly string[] = capabilitiesOf(container.securityContext, withheldCapabilities(pod, network));
  const missing = names.filter((name) => !allowed.includes(name.toUpperCase()));
  if (missing.length === 0) return undefined;
  return `has AmbientCapabilities=${missing.join(" ")}: add it to securityContext.capabilities`;
}

/** Returns the unit's working directory, for a pod that has none. */
export function workingDirectory(service: PackageServiceUnit, home: string): string {
  const path = (lastOf(service, "WorkingDirectory") ?? "/").replace(/^-/, "");
  return path === "~" ? home : path || "/";
}
