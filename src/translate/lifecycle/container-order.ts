import { kindOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { initializedMarker, startedMarker } from "../../model/paths.ts";
import type { ContainerKind, UnitLines } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";

export interface ContainerOrder {
  /** Init containers that must have exited with 0 before this one starts. */
  readonly before: readonly string[];
  /** Sidecars that must have started before. */
  readonly beside: readonly string[];
  /** Containers that systemd starts when this init container has exited with 0. */
  readonly next: readonly string[];
}

/**
 * Orders a pod's containers: init containers one after the other, sidecars among them in the pod's order, then all main
 * containers at once.
 */
export function containerOrder(pod: Pod, container: Container): ContainerOrder {
  if (kindOf(pod, container) === "ephemeral") return { before: [], beside: [], next: [] };
  const inits = pod.spec.initContainers ?? [];
  const at = inits.indexOf(container);
  const earlier = at < 0 ? inits : inits.slice(0, at);
  const names = (kind: ContainerKind) => earlier.filter((each) => kindOf(pod, each) === kind).map(({ name }) => name);
  const isInit = kindOf(pod, container) === "init";
  return { before: names("init"), beside: names("sidecar"), next: isInit ? following(pod, inits.slice(at + 1)) : [] };
}

/** Returns the containers up to the next init container or sidecar with a startup probe, which the rest waits for. */
function following(pod: Pod, later: readonly Container[]): string[] {
  const { spec } = pod;
  const end = later.findIndex((each) => kindOf(pod, each) === "init" || each.startupProbe !== undefined);
  const chain = end < 0 ? [...later, ...spec.containers] : later.slice(0, end + 1);
  return chain.map(({ name }) => name);
}

/**
 * Returns the lines that order the container among the others. They are Wants= with conditions: with Requires= a first
 * failure would cancel the dependents for good.
 */
export function orderLines({ metadata }: Pod, { before, beside, next }: ContainerOrder): UnitLines {
  const { namespace, name, uid } = metadata;
  const after = (others: readonly string[], marker: (uid: string, other: string) => string) =>
    others.flatMap((other): [string, string][] => {
      const unit = containerUnitName(namespace, name, other);
      return [
        ["Wants", unit],
        ["After", unit],
        ["ConditionPathExists", marker(uid, other)],
      ];
    });
  const followers = next.map((other): [string, string] => ["OnSuccess", containerUnitName(namespace, name, other)]);
  return [...after(before, initializedMarker), ...after(beside, startedMarker), ...followers];
}
