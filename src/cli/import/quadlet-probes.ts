import type { ApiProbe } from "../../model/api/lifecycle.ts";
import type { Container } from "../../model/api/pod.ts";
import type { Directives } from "./directives.ts";
import { seconds } from "./quantities.ts";

type Probes = Pick<Container, "livenessProbe" | "readinessProbe" | "startupProbe">;

/** Podman's defaults: seconds between two checks, seconds of one, and failures in a row. */
const DEFAULTS = { interval: 30, timeout: 30, retries: 3 };

/**
 * Reads HealthCmd= and the others. Podman only marks a container as unhealthy, which is a readinessProbe, unless
 * HealthOnFailure= ends it.
 */
export function readProbes(quadlet: Directives): Probes {
  const action = quadlet.last("HealthOnFailure") ?? "none";
  const probe = readProbe(quadlet, "Health");
  const startup = readProbe(quadlet, "HealthStartup");
  if (quadlet.has("HealthStartupSuccess")) quadlet.note("HealthStartupSuccess", "a startupProbe succeeds at once");
  const { initialDelaySeconds: _, ...rest } = startup ?? {};
  return {
    ...(probe === undefined ? {} : { [action === "none" ? "readinessProbe" : "livenessProbe"]: probe }),
    ...(startup === undefined ? {} : { startupProbe: rest }),
  };
}

function readProbe(quadlet: Directives, prefix: "Health" | "HealthStartup"): ApiProbe | undefined {
  const command = quadlet.last(`${prefix}Cmd`);
  const interval = quadlet.last(`${prefix}Interval`);
  const timeout = quadlet.last(`${prefix}Timeout`);
  const retries = Number(quadlet.last(`${prefix}Retries`) ?? DEFAULTS.retries);
  const delay = prefix === "Health" ? quadlet.last("HealthStartPeriod") : undefined;
  if (command === undefined || command === "none") return undefined;
  if (interval === "disable") quadlet.note(`${prefix}Interval`, "a probe has a period: 30 seconds");
  const initial = whole(delay, 0);
  return {
    exec: { command: probeCommand(command) },
    ...(initial > 0 ? { initialDelaySeconds: initial } : {}),
    periodSeconds: whole(interval, DEFAULTS.interval),
    timeoutSeconds: whole(timeout, DEFAULTS.timeout),
    failureThreshold: Number.isInteger(retries) && retries > 0 ? retries : DEFAULTS.retries,
  };
}

/** A text is for a shell; a JSON list has the words, of which the first may be CMD or CMD-SHELL. */
function probeCommand(text: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((each) => typeof each === "string")) {
      if (list[0] === "CMD-SHELL") return ["/bin/sh", "-c", list.slice(1).join(" ")];
      return list[0] === "CMD" ? list.slice(1) : list;
    }
  } catch {
    // It is a command line.
  }
  return ["/bin/sh", "-c", text];
}

function whole(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? undefined : seconds(text);
  return value === undefined || value <= 0 ? otherwise : Math.ceil(value);
}
