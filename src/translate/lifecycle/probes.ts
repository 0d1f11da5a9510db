import { kindOf } from "../../model/api/containers.ts";
import type { ApiProbe } from "../../model/api/lifecycle.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Check, ContainerProbes, HttpCheck, Probe, ProbeType } from "../../model/api/probe.ts";
import { restartPolicy } from "../../model/api/restart.ts";
import { probesFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { UnitName } from "../../model/unit.ts";
import { expand } from "../env/expand.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** Returns the prober's input for a container; undefined without probes and HTTP hooks. `address` is the pod's. */
export function containerProbes(
  pod: Pod,
  container: Container,
  unit: UnitName,
  address: string,
): ContainerProbes | undefined {
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const given: readonly (readonly [ProbeType, ApiProbe | undefined])[] = [
    ["startup", startupProbe],
    ["liveness", livenessProbe],
    ["readiness", readinessProbe],
  ];
  const probes = given.flatMap(([type, probe]) => (probe ? [[type, translate(probe, container)] as const] : []));
  const hooks = httpHooks(container);
  const isHooked = Object.keys(hooks).length > 0;
  if (probes.length === 0 && !isHooked) return undefined;
  const restarts = restartPolicy(pod, container, kindOf(pod, container)) !== "Never";
  return { unit, address, restarts, probes: Object.fromEntries(probes), ...(isHooked && { hooks }) };
}

/** Returns the hooks that are HTTP requests. Their headers may be secret, so the helper reads them from the file. */
function httpHooks(container: Container): NonNullable<ContainerProbes["hooks"]> {
  const { postStart, preStop } = container.lifecycle ?? {};
  return {
    ...(postStart?.httpGet && { "post-start": httpCheck(postStart.httpGet, container) }),
    ...(preStop?.httpGet && { "pre-stop": httpCheck(preStop.httpGet, container) }),
  };
}

/** Returns the file that the prober reads. Headers may be secret, so only root can read it. */
export function probesFiles({ pod, container, unitName, network }: ResolvedContainer): DesiredFile[] {
  const probes = containerProbes(pod, container, unitName, network.addresses[0] ?? "127.0.0.1");
  return probes ? [{ name: probesFile(container.name), text: JSON.stringify(probes), uid: 0 }] : [];
}

/** Returns the periods of a container's probes in seconds, ascending: one timer serves all probes of a period. */
export function probePeriods({ startupProbe, livenessProbe, readinessProbe }: Container): readonly number[] {
  const probes = [startupProbe, livenessProbe, readinessProbe].filter((probe) => probe !== undefined);
  return [...new Set(probes.map(periodOf))].toSorted((a, b) => a - b);
}

const periodOf = ({ periodSeconds }: ApiProbe) => periodSeconds || 10;

/**
 * Returns a probe with its defaults (`core/v1/defaults.go: SetDefaults_Probe`, v1.36). The API server sets them; a
 * static pod may lack them.
 */
function translate(probe: ApiProbe, container: Container): Probe {
  const grace = probe.terminationGracePeriodSeconds;
  return {
    check: checkOf(probe, container),
    initialDelay: probe.initialDelaySeconds ?? 0,
    period: periodOf(probe),
    timeout: probe.timeoutSeconds || 1,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
    ...(grace === undefined ? {} : { grace }),
  };
}

function checkOf({ exec, httpGet, tcpSocket, grpc }: ApiProbe, container: Container): Check {
  if (exec !== undefined)
    return { type: "exec", command: (exec.command ?? []).map((word) => expandStatic(word, container)) };
  if (httpGet !== undefined) return httpCheck(httpGet, container);
  if (grpc !== undefined) return { type: "grpc", port: grpc.port, service: grpc.service ?? "" };
  const { host, port = 0 } = tcpSocket ?? {};
  return { type: "tcp", ...(host ? { host } : {}), port: portNumber(port, container) };
}

function httpCheck(
  { scheme, host, port, path, httpHeaders }: NonNullable<ApiProbe["httpGet"]>,
  container: Container,
): HttpCheck {
  return {
    type: "http",
    scheme: scheme?.toLowerCase() === "https" ? "https" : "http",
    ...(host ? { host } : {}),
    port: portNumber(port, container),
    path: path ?? "/",
    headers: (httpHeaders ?? []).map(({ name, value }) => [name, value ?? ""]),
  };
}

/** Returns 0 for a name that no port of the container has: the probe fails with a message. */
export function portNumber(port: number | string, { ports }: Container): number {
  if (typeof port === "number") return port;
  const named = ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : 0);
}

/**
 * Expands variables with a literal value in the pod (`container/helpers.go: ExpandContainerCommandOnlyStatic`, v1.36).
 */
function expandStatic(word: string, { env }: Container): string {
  const known = new Map((env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
  return expand(word, (name) => known.get(name));
}
