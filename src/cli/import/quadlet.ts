import type { Container } from "../../model/api/pod.ts";
import type { SecurityContext } from "../../model/api/security-context.ts";
import { execWords } from "../../translate/deb/exec-words.ts";
import { literal } from "./commands.ts";
import type { Directives } from "./directives.ts";
import { environment, readVariables } from "./environment.ts";
import { readLife } from "./life.ts";
import { readResources } from "./limits.ts";
import { type ImportedPod, withoutEmpty } from "./manifest.ts";
import { namedMounts } from "./mounts.ts";
import { hostAliases, networkFields, readPorts } from "./quadlet-network.ts";
import { readProbes } from "./quadlet-probes.ts";
import { readVolumes } from "./quadlet-volumes.ts";
import { seconds } from "./quantities.ts";
import { apiSignal } from "./signal.ts";

/** Seconds that Podman waits after the stop signal. */
const PODMAN_GRACE = 10;

/**
 * Returns the pod of a `.container` file (podman-systemd.unit(5)). `service` is its section [Service], of which systemd
 * runs podman. `name` is that of the container.
 */
export function importContainer(quadlet: Directives, service: Directives, name: string): ImportedPod {
  const image = quadlet.last("Image") ?? "";
  if (!image.includes("/") || /\.(image|build)$/.test(image))
    quadlet.note("Image", "write the whole name of the image, with its registry");
  const { volumes, volumeMounts } = namedMounts(readVolumes(quadlet));
  const life = readLife(service, service.last("Type") === "oneshot");
  const given = quadlet.last("StopSignal");
  const signal = given === undefined ? undefined : apiSignal(quadlet, "StopSignal", given);
  const grace = seconds(quadlet.last("StopTimeout") ?? "") ?? PODMAN_GRACE;
  const container: Container = withoutEmpty({
    ...{ name, image, imagePullPolicy: pullPolicy(quadlet) },
    ...withoutEmpty({ command: words(quadlet, "Entrypoint"), args: words(quadlet, "Exec") }),
    env: environment({ values: variables(quadlet), files: [] }),
    workingDir: quadlet.last("WorkingDir"),
    ...{ ports: readPorts(quadlet), resources: readResources(service), volumeMounts },
    ...life.container,
    ...readProbes(quadlet),
    lifecycle: signal === undefined ? {} : { stopSignal: signal },
    securityContext: rights(quadlet),
  });
  return {
    annotations: { ...assignments(quadlet, "Annotation"), ...ulimits(quadlet), ...backOff(life.backOff) },
    spec: {
      ...networkFields(quadlet),
      ...(signal === undefined ? {} : { os: { name: "linux" } }),
      ...withoutEmpty({ hostname: hostname(quadlet), hostAliases: hostAliases(quadlet) }),
      ...{ restartPolicy: life.restartPolicy, terminationGracePeriodSeconds: Math.ceil(grace) },
      securityContext: withoutEmpty({ supplementalGroups: groups(quadlet), sysctls: sysctls(quadlet) }),
      containers: [container],
      volumes,
    },
  };
}

function hostname(quadlet: Directives): string | undefined {
  const name = quadlet.last("HostName");
  if (name === undefined || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  quadlet.note("HostName", "hostname is one label: see the fields hostname and subdomain");
  return undefined;
}

const PULL = new Map([
  ["always", "Always"],
  ["missing", "IfNotPresent"],
  ["never", "Never"],
]);

function pullPolicy(quadlet: Directives): string | undefined {
  const pull = quadlet.last("Pull");
  if (pull === undefined) return undefined;
  const policy = PULL.get(pull);
  if (policy === undefined) quadlet.note("Pull", "imagePullPolicy: Always is the nearest");
  return policy ?? "Always";
}

/** Returns the words of a command, which may be a JSON list. */
function words(quadlet: Directives, key: "Entrypoint" | "Exec"): readonly string[] {
  const text = quadlet.last(key);
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list.map(literal);
  } catch {
    // It is a command line.
  }
  const found = execWords(`: ${text}`)?.words;
  if (found === undefined) quadlet.note(key, "cannot be read: is a quote missing?");
  return (found ?? []).map(literal);
}

function variables(quadlet: Directives): ReadonlyMap<string, string> {
  for (const file of quadlet.all("EnvironmentFile"))
    quadlet.note(
      "EnvironmentFile",
      "write a ConfigMap with its lines, or a Secret where they hold passwords, and name that in envFrom",
      file,
    );
  const { values } = readVariables(quadlet, new Map());
  const zone = quadlet.last("Timezone");
  if (zone === "local") quadlet.note("Timezone", "set the variable TZ to the name of the time zone");
  return zone === undefined || zone === "local" ? values : new Map([...values, ["TZ", zone]]);
}

function rights(quadlet: Directives): SecurityContext {
  const add = quadlet.words("AddCapability").map(bare);
  const drop = quadlet.words("DropCapability").map(bare);
  const user = quadlet.last("User") ?? "";
  const [uid = "", ownGroup] = user.split(":");
  const group = quadlet.last("Group") ?? ownGroup ?? "";
  const isNamed = uid !== "" && !/^\d+$/.test(uid) && uid !== "root";
  if (isNamed) quadlet.note("User", "set runAsUser to its number in the image", uid);
  if (group !== "" && !/^\d+$/.test(group)) quadlet.note("Group", "set runAsGroup to its number in the image", group);
  return withoutEmpty({
    ...(/^\d+$/.test(uid) || uid === "root" ? { runAsUser: Number(uid.replace("root", "0")) } : {}),
    ...(/^\d+$/.test(group) ? { runAsGroup: Number(group) } : {}),
    // A pod with the image's own user must not run as root by mistake.
    ...(isNamed ? { runAsNonRoot: true } : {}),
    ...(quadlet.isOn("NoNewPrivileges") ? { allowPrivilegeEscalation: false } : {}),
    ...(quadlet.isOn("ReadOnly") ? { readOnlyRootFilesystem: true } : {}),
    capabilities: withoutEmpty({ add, drop }),
  });
}

const bare = (name: string) => name.toUpperCase().replace(/^CAP_/, "");

function groups(quadlet: Directives): readonly number[] {
  return quadlet.words("GroupAdd").flatMap((group) => {
    if (/^\d+$/.test(group)) return [Number(group)];
    quadlet.note("GroupAdd", "add its number to securityContext.supplementalGroups", group);
    return [];
  });
}

function sysctls(quadlet: Directives): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(assignments(quadlet, "Sysctl")).map(([name, value]) => ({ name, value }));
}

/** Returns KEY=VALUE words of a directive. */
function assignments(quadlet: Directives, key: "Annotation" | "Sysctl"): Readonly<Record<string, string>> {
  const all = quadlet.all(key).flatMap((line) => execWords(line)?.words ?? []);
  return Object.fromEntries(all.map((word) => [word.replace(/=.*$/s, ""), word.replace(/^[^=]*=?/s, "")]));
}

function ulimits(quadlet: Directives): Readonly<Record<string, string>> {
  const known = /^(nofile|nproc|memlock|core|stack)=(\d+|infinity)(:(\d+|infinity))?$/;
  const limits = quadlet.words("Ulimit").map((word) => word.replaceAll(/-1\b/g, "infinity"));
  const other = limits.filter((limit) => !known.test(limit));
  if (other.length > 0) quadlet.note("Ulimit", "the annotation unitlet.dev/ulimits does not take it", other.join(" "));
  const taken = limits.filter((limit) => known.test(limit));
  return taken.length === 0 ? {} : { "unitlet.dev/ulimits": taken.join(" ") };
}

function backOff(value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { "unitlet.dev/back-off": value };
}
