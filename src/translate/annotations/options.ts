import { declaredContainers } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { HostUser } from "../../model/host/confinement-probe.ts";
import type { Problem } from "../../model/problem.ts";
import { type Listen, SOCKETS } from "./listen.ts";
import { ANNOTATIONS, type AnnotationOptions, PREFIX } from "./table.ts";

/** Users of the host by name; undefined when no pod names one. */
type Users = ReadonlyMap<string, HostUser> | undefined;

/** Returns the options of one container: `unitlet.dev/NAME.CONTAINER` overrides `unitlet.dev/NAME`. */
export function annotationOptions(pod: Pod, container: Container): AnnotationOptions {
  // Most pods have no such annotation, and this runs for every container.
  if (!Object.keys(pod.metadata.annotations ?? {}).some((key) => key.startsWith(PREFIX))) return {};
  const entries = Object.entries(ANNOTATIONS).flatMap(([name, { option, parse }]) => {
    const text = annotation(pod, `${name}.${container.name}`) ?? annotation(pod, name);
    const value = text === undefined ? undefined : parse(text);
    return value === undefined ? [] : [[option, value] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * Returns what is wrong with the pod's annotations. An invalid one is never ignored: a limit that is written must hold.
 */
export function annotationProblems(pod: Pod, users: Users): Problem[] {
  const names = declaredContainers(pod.spec).map(({ name }) => name);
  const unreadable = Object.entries(pod.metadata.annotations ?? {}).flatMap(([key, text]) => {
    if (!key.startsWith(PREFIX)) return [];
    const problem = keyProblem(key.slice(PREFIX.length), text, names);
    return problem === undefined ? [] : [invalidAnnotations(key, problem)];
  });
  return unreadable.length > 0
    ? unreadable
    : declaredContainers(pod.spec).flatMap((each) => conflicts(pod, each, users));
}

function keyProblem(
  key: string,
  text: string,
  containers: readonly string[],
): Pick<Problem, "because" | "remedy"> | undefined {
  const [name = "", container] = key.split(".");
  const row = Object.hasOwn(ANNOTATIONS, name) ? ANNOTATIONS[name] : undefined;
  if (row === undefined)
    return { because: "is no annotation of unitlet's", remedy: `use one of ${Object.keys(ANNOTATIONS).join(", ")}` };
  if (container !== undefined && !containers.includes(container))
    return { because: `names a container that the pod does not have`, remedy: `use one of ${containers.join(", ")}` };
  return row.parse(text) === undefined ? unexpected(text, row.expected) : undefined;
}

/** Returns the pod without invalid annotations, which can be added to a pod that runs already. */
export function dropInvalidAnnotations(pod: Pod, users: Users): Pod {
  const invalid = new Set(annotationProblems(pod, users).map(({ path }) => path));
  if (invalid.size === 0) return pod;
  const { annotations = {}, ...metadata } = pod.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !invalid.has(pathOf(key)));
  return { ...pod, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** Returns the conflicts between annotations, and with other fields. */
function conflicts(pod: Pod, container: Container, users: Users): Problem[] {
  const { user, startAfter = [], watchdog, notify, listen } = annotationOptions(pod, container);
  const problem = (name: string, text: string) =>
    invalidAnnotations(keyOf(pod, name, container), unexpected(text, ANNOTATIONS[name]?.expected ?? ""));
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  const isTaken = security.runAsUser !== undefined || security.runAsGroup !== undefined;
  const isRoot = ((user === undefined ? security.runAsUser : users?.get(user)?.uid) ?? 0) === 0;
  const isNobody = user !== undefined && !users?.has(user);
  return [
    ...(user !== undefined && (isTaken || isNobody || (isRoot && security.runAsNonRoot))
      ? [problem("user", user)]
      : []),
    ...(notify && isRoot && !container.securityContext?.privileged ? [problem("notify", "yes")] : []),
    ...(isInCircle(pod, container.name) ? [problem("start-after", startAfter.join(" "))] : []),
    ...(listen !== undefined && !(mayListen(pod, container) && listen.every((each) => isOwn(pod, each)))
      ? [problem("listen", annotationOf(pod, "listen", container))]
      : []),
    ...(watchdog !== undefined && !notify ? [problem("watchdog", `${watchdog}s`)] : []),
  ];
}

/**
 * True when the container may have sockets. It is false where two containers would share them, and where a client's
 * connection would restart a container that must not run again.
 */
function mayListen({ spec, metadata }: Pod, { name }: Container): boolean {
  const isNamed = metadata.annotations?.[`${PREFIX}listen.${name}`] !== undefined;
  // An annotation for the whole pod does not apply to its init containers.
  if (!spec.containers.some((each) => each.name === name)) return !isNamed;
  return (isNamed || spec.containers.length === 1) && (spec.restartPolicy ?? "Always") === "Always";
}

/**
 * True for a port, and for a path in the directory of the pod's namespace: systemd replaces a socket that exists at the
 * path.
 */
function isOwn({ metadata }: Pod, { address }: Listen): boolean {
  return !address.startsWith("/") || address.startsWith(`${SOCKETS}/${metadata.namespace}/`);
}

/** True also for a container that waits for itself, or for one that does not exist. */
function isInCircle(pod: Pod, name: string): boolean {
  const main = new Map(pod.spec.containers.map((each) => [each.name, annotationOptions(pod, each).startAfter ?? []]));
  const visited = new Set<string>();
  const reaches = (from: string): boolean =>
    (main.get(from) ?? []).some((next) => {
      if (next === name || !main.has(next)) return true;
      if (visited.has(next)) return false;
      visited.add(next);
      return reaches(next);
    });
  return reaches(name);
}

function unexpected(text: string, expected: string): Pick<Problem, "because" | "remedy"> {
  return { because: `is ${JSON.stringify(text.slice(0, 60))}`, remedy: `expected ${expected}` };
}

function invalidAnnotations(key: string, { because, remedy }: Pick<Problem, "because" | "remedy">): Problem {
  return { severity: "reject", path: pathOf(key), because, remedy };
}

const pathOf = (key: string) => `metadata.annotations[${key}]`;

function annotationOf(pod: Pod, name: string, container: Container): string {
  return annotation(pod, `${name}.${container.name}`) ?? annotation(pod, name) ?? "";
}

function keyOf(pod: Pod, name: string, container: Container): string {
  const own = `${name}.${container.name}`;
  return PREFIX + (annotation(pod, own) === undefined ? name : own);
}

function annotation({ metadata }: Pod, name: string): string | undefined {
  return metadata.annotations?.[PREFIX + name];
}
