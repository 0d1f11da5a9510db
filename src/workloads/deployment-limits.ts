import type { Deployment } from "../model/api/workload.ts";

/** How many pods there may be above the replicas, and how many may be missing. */
export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** `deployment/util/deployment_util.go: ResolveFenceposts`, v1.36. */
export function fenceposts(
  { maxSurge, maxUnavailable }: NonNullable<Deployment["rollingUpdate"]>,
  replicas: number,
): Fenceposts {
  const part = (value: number | string, round: (value: number) => number) =>
    typeof value === "number" ? value : round((Number.parseInt(value, 10) * replicas) / 100);
  const [surge, unavailable] = [part(maxSurge, Math.ceil), part(maxUnavailable, Math.floor)];
  return { maxSurge: surge, maxUnavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}
