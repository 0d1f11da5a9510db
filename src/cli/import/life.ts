import type { Container, RestartPolicy } from "../../model/api/pod.ts";
import type { Directives } from "./directives.ts";
import { seconds } from "./quantities.ts";

/** When a pod ends, and how. */
export interface ImportedLife {
  readonly restartPolicy: RestartPolicy;
  readonly container: Pick<Container, "restartPolicy" | "restartPolicyRules">;
  readonly terminationGracePeriodSeconds: number;
  /** The value of the annotation unitlet.dev/back-off. */
  readonly backOff?: string;
}

const POLICIES: ReadonlyMap<string, RestartPolicy> = new Map([
  ["no", "Never"],
  ["always", "Always"],
  ["on-failure", "OnFailure"],
  ["on-abnormal", "OnFailure"],
  ["on-abort", "OnFailure"],
  ["on-watchdog", "OnFailure"],
  ["on-success", "Never"],
]);

/** systemd's DefaultTimeoutStopSec=, in seconds. */
const DEFAULT_GRACE = 90;

/** Stands for a stop without an end, which a pod cannot have. */
const LONGEST_GRACE = 3600;

/** Reads when systemd restarts the service, and how long it waits for its end. */
export function readLife(service: Directives, isOneshot: boolean): ImportedLife {
  const restart = service.last("Restart");
  const restartPolicy = POLICIES.get(restart ?? "no") ?? "Never";
  if (restart === undefined && !isOneshot)
    service.note("Restart", "is not set, so the pod ends with its program. restartPolicy: Always restarts it");
  if (restart !== undefined && !["no", "always", "on-failure"].includes(restart))
    service.note("Restart", `restartPolicy: ${restartPolicy} is the nearest`);
  const backOff = readBackOff(service);
  return {
    restartPolicy,
    container: readRules(service, restartPolicy),
    terminationGracePeriodSeconds: readGrace(service),
    ...(backOff === undefined ? {} : { backOff }),
  };
}

/** Returns rules for the exit codes that the unit names. */
function readRules(service: Directives, policy: RestartPolicy): ImportedLife["container"] {
  const prevented = policy === "Never" ? [] : exitCodes(service, "RestartPreventExitStatus");
  const forced = policy === "Always" ? [] : exitCodes(service, "RestartForceExitStatus");
  const values = [...(policy === "OnFailure" ? [0] : []), ...prevented];
  const rules = [
    ...(forced.length === 0 ? [] : [{ action: "Restart", exitCodes: { operator: "In", values: forced } }]),
    ...(prevented.length === 0 ? [] : [{ action: "Restart", exitCodes: { operator: "NotIn", values } }]),
  ];
  if (rules.length === 0) return {};
  return { restartPolicy: prevented.length > 0 ? "Never" : policy, restartPolicyRules: rules };
}

function exitCodes(service: Directives, key: string): readonly number[] {
  const words = service.words(key);
  const other = words.filter((word) => !/^\d+$/.test(word));
  if (other.length > 0) service.note(key, "restartPolicyRules have numbers alone", other.join(" "));
  return words.filter((word) => !other.includes(word)).map(Number);
}

function readBackOff(service: Directives): string | undefined {
  const text = service.last("RestartSec");
  const longest = service.last("RestartMaxDelaySec");
  if (text === undefined) return undefined;
  const first = seconds(text);
  const last = longest === undefined ? first : seconds(longest);
  const isWhole = (value: number | undefined) => Number.isInteger(value) && (value ?? 0) >= 1;
  if (isWhole(first) && isWhole(last) && (first ?? 0) <= (last ?? 0)) return `${first}s ${last}s`;
  service.note("RestartSec", "the annotation unitlet.dev/back-off has whole seconds, 1s or longer");
  return undefined;
}

function readGrace(service: Directives): number {
  const both = service.last("TimeoutSec");
  const key = service.has("TimeoutStopSec") ? "TimeoutStopSec" : "TimeoutSec";
  const text = service.last("TimeoutStopSec") ?? both;
  if (text === undefined) return DEFAULT_GRACE;
  if (both !== undefined) service.note("TimeoutSec", "a start has no time limit. A startupProbe can have one");
  const value = seconds(text);
  if (value !== undefined && value > 0) return Math.ceil(value);
  service.note(key, `a pod has a number of seconds: ${LONGEST_GRACE}`);
  return LONGEST_GRACE;
}
