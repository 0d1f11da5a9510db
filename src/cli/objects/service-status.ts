import type { ServiceSpec } from "../../model/api/service.ts";
import { serviceLimits } from "../../model/service-limits.ts";
import type { Tree } from "./api-object.ts";

/** Returns the status of a Service: a condition of unitlet's own with what it does not get here, as workloads have it. */
export function serviceStatus(spec: unknown): Tree {
  const limits = serviceLimits({ spec: (spec ?? {}) as ServiceSpec });
  const conditions = limits.length === 0 ? {} : { conditions: [problemOf(limits.join("; "))] };
  return { loadBalancer: {}, ...conditions };
}

function problemOf(message: string): Tree {
  return { type: "Problem", status: "True", message };
}
