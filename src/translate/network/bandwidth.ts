import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { Problem } from "../../model/problem.ts";

const DIRECTIONS = ["ingress", "egress"] as const;

/** The limits of a rate in bits per second, and the burst that containerd gives: the largest that the plugin takes. */
const [LEAST, MOST, BURST] = [1e3, 1e15, 2 ** 31 - 1];

/** Returns the capability argument `bandwidth` from the pod's annotations, in bits per second; undefined: no limit. */
export function bandwidthOf(pod: Pod): object | undefined {
  const rates = DIRECTIONS.flatMap((direction) => {
    const rate = parseQuantity(annotation(pod, direction) ?? "");
    return isUsable(rate) ? [{ [`${direction}Rate`]: Math.ceil(rate), [`${direction}Burst`]: BURST }] : [];
  });
  return rates.length === 0 ? undefined : Object.assign({}, ...rates);
}

/**
 * Returns what is wrong with these annotations: a limit that is written must hold. containerd creates no sandbox for such
 * a pod (`sandbox_run.go: toCNIBandWidth`, v2).
 */
export function bandwidthProblems(pod: Pod): Problem[] {
  return DIRECTIONS.flatMap((direction): Problem[] => {
    const text = annotation(pod, direction);
    if (text === undefined || isUsable(parseQuantity(text))) return [];
    return [
      {
        severity: "reject",
        path: `metadata.annotations[${nameOf(direction)}]`,
        because: `is ${JSON.stringify(text)}, and not a quantity of bits per second from 1k to 1P`,
        remedy: "write one such as 10M, or remove the annotation",
      },
    ];
  });
}

function isUsable(rate: number | undefined): rate is number {
  return rate !== undefined && rate >= LEAST && rate <= MOST;
}

function annotation({ metadata: { annotations = {} } }: Pod, direction: string): string | undefined {
  return annotations[nameOf(direction)];
}

function nameOf(direction: string): string {
  return `kubernetes.io/${direction}-bandwidth`;
}
