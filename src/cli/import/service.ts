import type { Container } from "../../model/api/pod.ts";
import type { ExecLine } from "../../translate/deb/exec-words.ts";
import { containerCommand, type Variables } from "./commands.ts";
import type { Directives } from "./directives.ts";
import { readDirectories } from "./directories.ts";
import { environment, readVariables } from "./environment.ts";
import { readLifecycle } from "./hooks.ts";
import { readLife } from "./life.ts";
import { readResources, readUlimits } from "./limits.ts";
import { type ImportedPod, withoutEmpty } from "./manifest.ts";
import { namedMounts } from "./mounts.ts";
import { readRights } from "./rights.ts";
import { hasAllRights, readStarts } from "./starts.ts";
import { readType } from "./type.ts";
import { type ImportedUser, readUser } from "./user.ts";

/** What all containers of the pod have alike. */
interface Common {
  readonly fields: Omit<Container, "name">;
  readonly variables: Variables;
  readonly user: ImportedUser;
  readonly rights: Container["securityContext"];
}

/** Returns the pod of a service unit. `name` is that of its container. Throws ImportError. */
export function importService(service: Directives, unit: string, name: string): ImportedPod {
  const type = readType(service);
  const { before, main } = readStarts(service, type.isOneshot);
  const directories = readDirectories(service);
  const variables = readVariables(service, directories.variables);
  const user = readUser(service, unit);
  const { volumes, volumeMounts } = namedMounts([...directories.mounts, ...type.mounts]);
  const common: Common = {
    fields: withoutEmpty({ env: environment(variables), workingDir: workingDirectory(service), volumeMounts }),
    ...{ variables, user, rights: withoutEmpty({ ...user.securityContext, ...readRights(service, user.isRoot) }) },
  };
  const life = readLife(service, type.isOneshot);
  const lifecycle = readLifecycle(service, variables);
  const own = { resources: readResources(service), ...life.container, lifecycle };
  const init = before.map((exec, at) => container(startName(at), exec, common));
  return {
    annotations: {
      ...userAnnotations(user, [...before.map((exec, at) => [startName(at), exec] as const), [name, main]]),
      ...optional("unitlet.dev/ulimits", readUlimits(service)),
      ...optional("unitlet.dev/back-off", life.backOff),
      ...(user.isRoot ? {} : type.annotations),
    },
    spec: {
      ...namespaces(service),
      ...(lifecycle?.stopSignal === undefined ? {} : { os: { name: "linux" } }),
      ...{ restartPolicy: life.restartPolicy, terminationGracePeriodSeconds: life.terminationGracePeriodSeconds },
      securityContext: withoutEmpty({ supplementalGroups: user.supplementalGroups }),
      initContainers: init,
      containers: [{ ...container(name, main, common), ...withoutEmpty(own) }],
      volumes,
    },
  };
}

const startName = (at: number) => (at === 0 ? "start-pre" : `start-pre-${at + 1}`);

function container(name: string, exec: ExecLine, { fields, variables, rights = {} }: Common): Container {
  const securityContext = hasAllRights(exec) ? {} : rights;
  const command = containerCommand(exec, variables);
  return withoutEmpty({ name, image: "host", command, ...fields, securityContext });
}

function optional(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}

/** Returns the annotations with the user's name: one for all containers, or one for each that does not run as root. */
function userAnnotations(
  { name: user }: ImportedUser,
  containers: readonly (readonly [container: string, exec: ExecLine])[],
): Readonly<Record<string, string>> {
  if (user === undefined) return {};
  const having = containers.filter(([, exec]) => !hasAllRights(exec));
  if (having.length === containers.length) return { "unitlet.dev/user": user };
  return Object.fromEntries(having.map(([name]) => [`unitlet.dev/user.${name}`, user]));
}

/** A service is on the host's network, and shares its shared memory. */
function namespaces(service: Directives): { readonly hostNetwork?: boolean; readonly hostIPC?: boolean } {
  const ownNetwork = service.isOn("PrivateNetwork");
  if (ownNetwork)
    service.note("PrivateNetwork", "the pod has the network of pods, which the setting podNetwork decides");
  return { ...(ownNetwork ? {} : { hostNetwork: true }), ...(service.isOn("PrivateIPC") ? {} : { hostIPC: true }) };
}

function workingDirectory(service: Directives): string | undefined {
  const path = service.last("WorkingDirectory");
  if (path === undefined || path.startsWith("/")) return path;
  if (path.startsWith("-/")) {
    service.note("WorkingDirectory", "the container waits while it does not exist");
    return path.slice(1);
  }
  service.note("WorkingDirectory", "name the directory in workingDir");
  return undefined;
}
