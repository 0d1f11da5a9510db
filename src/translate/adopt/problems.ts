import type { Resources } from "../../model/api/pod.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** The mount that the API server adds to each container (`plugin/admission/serviceaccount`, v1.36). */
const TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Resources that a drop-in can set for a unit that runs. */
const LIMITED = ["cpu", "memory"];

/**
 * Returns a problem for each field of these containers that cannot be applied to a unit that they adopt: the unit's own
 * file decides, and it stays as it is.
 */
export function adoptionProblems(containers: readonly ResolvedContainer[]): Problem[] {
  const adopting = containers.filter(({ reference }) => reference.kind === "unit");
  return [...adopting.flatMap(placeProblems), ...adopting.flatMap(fieldProblems), ...twice(adopting)];
}

/** Returns the problems of one container. */
export function containerProblems(resolved: ResolvedContainer): Problem[] {
  return [...placeProblems(resolved), ...fieldProblems(resolved)];
}

function placeProblems({ kind, path, network }: ResolvedContainer): Problem[] {
  const problems: Problem[] = [];
  if (kind !== "container")
    problems.push({
      severity: "reject",
      path: `${path}.image`,
      because: "names a unit of the host, which only a container of spec.containers can adopt",
      remedy: "use another image",
    });
  if (!network.isHost)
    problems.push({
      severity: "reject",
      path: "spec.hostNetwork",
      because: "is false, and a unit of the host is on the host's network",
      remedy: "set it to true",
    });
  return problems;
}

function fieldProblems({ pod, container, path, reference, options }: ResolvedContainer): Problem[] {
  const unit = reference.kind === "unit" ? reference.unit : "";
  const { lifecycle, startupProbe, livenessProbe, readinessProbe } = container;
  const mounts = (container.volumeMounts ?? []).filter(({ mountPath }) => mountPath !== TOKEN_MOUNT);
  const given: readonly (readonly [string, unknown])[] = [
    ...(["command", "args", "workingDir", "env", "envFrom", "securityContext"] as const).map(
      (field) => [field, container[field]] as const,
    ),
    ["volumeMounts", mounts],
    ...(["stdin", "tty"] as const).map((field) => [field, container[field]] as const),
    ...Object.entries(lifecycle ?? {}).map(([hook, value]) => [`lifecycle.${hook}`, value] as const),
    ...otherLimits(container.resources),
  ];
  const edit = `leave it out, and edit the unit: systemctl edit ${unit}`;
  const because = `cannot be applied to ${unit}, which the container adopts as it is`;
  const probes = Object.entries({ startupProbe, livenessProbe, readinessProbe }).filter(([, probe]) => probe?.exec);
  return [
    ...given
      .filter(([, value]) => isGiven(value))
      .map(([field]): Problem => ({ severity: "reject", path: `${path}.${field}`, because, remedy: edit })),
    ...probes.map(
      ([field]): Problem => ({
        severity: "reject",
        path: `${path}.${field}.exec`,
        because: `runs a command, and none runs in ${unit}, which the container adopts`,
        remedy: "use httpGet, tcpSocket or grpc",
      }),
    ),
    ...(isGiven(pod.spec.securityContext)
      ? [{ severity: "reject", path: "spec.securityContext", because, remedy: edit } as const]
      : []),
    ...Object.keys(options).map(
      (option): Problem => ({ severity: "reject", path: `metadata.annotations (${option})`, because, remedy: edit }),
    ),
  ];
}

function otherLimits(resources: Resources | undefined): (readonly [string, unknown])[] {
  return (["limits", "requests"] as const).flatMap((of) =>
    Object.entries(resources?.[of] ?? {})
      .filter(([name]) => !LIMITED.includes(name))
      .map(([name, value]) => [`resources.${of}.${name}`, value] as const),
  );
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Two containers cannot be one process. Those of other kinds cannot adopt at all. */
function twice(adopting: readonly ResolvedContainer[]): Problem[] {
  const able = adopting.filter(({ kind }) => kind === "container");
  const second = able.filter(({ unitName }, at) => able.findIndex((each) => each.unitName === unitName) !== at);
  return second.map(({ path, unitName }) => ({
    severity: "reject",
    path: `${path}.image`,
    because: `names ${unitName}, which another container of the pod adopts`,
    remedy: "adopt each unit with one container",
  }));
}
