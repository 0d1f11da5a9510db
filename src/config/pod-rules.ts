import { isSidecar } from "../model/api/containers.ts";
import type { ApiProbe, LifecycleHandler } from "../model/api/lifecycle.ts";
import type { Container, PodSpec } from "../model/api/pod.ts";
import type { Path, Report } from "./issue.ts";

/** A container, the path to it, and whether it is an init container. */
interface Place {
  readonly container: Container;
  readonly path: Path;
  readonly isInit: boolean;
}

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
const HOOKS = ["postStart", "preStop"] as const;

/**
 * Checks what depends on several parts of a pod. The parts themselves are right. All of it follows
 * `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, v1.36, except the names of ports: there the API server
 * accepts a name that no port has, and the probe fails for ever.
 */
export function checkPod(spec: PodSpec, report: Report): void {
  const places = (["initContainers", "containers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, at): Place => {
      return { container, path: ["spec", list, at], isInit: list === "initContainers" };
    }),
  );
  const volumes = (spec.volumes ?? []).map(({ name }, at) => ({ name, path: ["spec", "volumes", at, "name"] }));
  reportTwice(volumes, report);
  reportTwice(
    places.map(({ container, path }) => ({ name: container.name, path: [...path, "name"] })),
    report,
  );
  for (const place of places) {
    checkMounts(place, spec, report);
    checkPorts(place, report);
    checkLifecycle(place, spec.terminationGracePeriodSeconds ?? 30, report);
    checkProbes(place, report);
  }
}

function reportTwice(named: readonly { readonly name: string; readonly path: Path }[], report: Report): void {
  const seen = new Set<string>();
  for (const { name, path } of named) {
    if (seen.has(name)) report(path, `"${name}" is used twice`);
    seen.add(name);
  }
}

/** `ValidateVolumeMounts`, `validateMountPropagation`, `validateFileKeyRefVolumes`. */
function checkMounts({ container, path }: Place, { volumes = [] }: PodSpec, report: Report): void {
  const mounts = container.volumeMounts ?? [];
  reportTwice(
    mounts.map(({ mountPath: name }, at) => ({ name, path: [...path, "volumeMounts", at, "mountPath"] })),
    report,
  );
  for (const [at, { name, mountPropagation }] of mounts.entries()) {
    const below = [...path, "volumeMounts", at];
    if (!volumes.some((each) => each.name === name)) report([...below, "name"], `spec.volumes has no "${name}"`);
    if (mountPropagation === "Bidirectional" && container.securityContext?.privileged !== true)
      report([...below, "mountPropagation"], "Bidirectional needs a privileged container");
  }
  for (const [at, { valueFrom }] of (container.env ?? []).entries()) {
    const name = valueFrom?.fileKeyRef?.volumeName;
    if (name !== undefined && !volumes.some((each) => each.name === name && each.emptyDir !== undefined))
      report([...path, "env", at, "valueFrom", "fileKeyRef", "volumeName"], `spec.volumes has no emptyDir "${name}"`);
  }
}

/** `validateContainerPorts`. */
function checkPorts({ container, path }: Place, report: Report): void {
  const named = (container.ports ?? []).flatMap(({ name }, at) =>
    name === undefined ? [] : [{ name, path: [...path, "ports", at, "name"] }],
  );
  reportTwice(named, report);
}

/** `validateInitContainers`, `validateLifecycle`, `validateSleepAction`. */
function checkLifecycle({ container, path, isInit }: Place, graceSeconds: number, report: Report): void {
  const { lifecycle } = container;
  if (lifecycle === undefined) return;
  if (isInit && !isSidecar(container)) report([...path, "lifecycle"], NOT_FOR_INIT);
  for (const hook of HOOKS) {
    const handler: LifecycleHandler & Pick<ApiProbe, "tcpSocket"> = lifecycle[hook] ?? {};
    const below = [...path, "lifecycle", hook];
    checkPortName(container, handler, below, report);
    if ((handler.sleep?.seconds ?? 0) > graceSeconds)
      report(
        [...below, "sleep", "seconds"],
        `expected at most terminationGracePeriodSeconds, which is ${graceSeconds}`,
      );
  }
}

const NOT_FOR_INIT = "cannot be set for an init container without restartPolicy: Always";

/** `validateInitContainers`, `validateLivenessProbe`, `validateReadinessProbe`, `validateStartupProbe`. */
function checkProbes({ container, path, isInit }: Place, report: Report): void {
  for (const field of PROBES) {
    const probe = container[field];
    if (probe === undefined) continue;
    const below = [...path, field];
    if (isInit && !isSidecar(container)) report(below, NOT_FOR_INIT);
    checkPortName(container, probe, below, report);
    if (field === "readinessProbe") {
      if (probe.terminationGracePeriodSeconds !== undefined)
        report([...below, "terminationGracePeriodSeconds"], "cannot be set for a readinessProbe");
    } else if ((probe.successThreshold ?? 1) > 1) report([...below, "successThreshold"], "expected 1");
  }
}

function checkPortName(
  { ports = [] }: Container,
  handler: Pick<ApiProbe, "httpGet" | "tcpSocket">,
  path: Path,
  report: Report,
): void {
  for (const kind of ["httpGet", "tcpSocket"] as const) {
    const port = handler[kind]?.port;
    if (typeof port === "string" && !ports.some(({ name }) => name === port))
      report([...path, kind, "port"], `the container has no port with the name "${port}"`);
  }
}
