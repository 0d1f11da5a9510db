import { kindOf, statusesOf } from "../model/api/containers.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Container, ContainerStatus, Pod, PodStatus } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import { areInForce } from "../model/host/cgroup-limits.ts";
import type { DesiredContainer, Translation } from "../model/translation.ts";
import { type ActualUnit, type ContainerKind, isContainer } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/** What a run knows of one container. */
export interface ContainerView {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly history: ContainerHistory;
  /** Its unit, when there is one and it belongs to this pod's UID. */
  readonly unit?: ActualUnit;
  readonly previous?: ContainerStatus;
  /** The unit's file is what the current spec asks for. */
  readonly written?: boolean;
  /** And so is what the kernel has. */
  readonly applied?: boolean;
  /** ID of the image that a start would use now; undefined for the host's files. */
  readonly imageID?: string;
  /** Why it cannot start yet; undefined also while it waits for an init container. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** No container of this pod will start again: the pod is rejected, being deleted, or in a terminal phase. */
  readonly podEnding: boolean;
  readonly now: Instant;
}

/** Returns init containers first and ephemeral ones last, each kind in the pod's order. */
export function containerViews(
  translation: Translation,
  world: World,
  previous: PodStatus | undefined,
  now: Instant,
): ContainerView[] {
  const { pod } = translation;
  const desired = new Map(
    translation.kind === "runnable" ? translation.containers.map((each) => [each.name, each]) : [],
  );
  const histories = world.directories.get(pod.metadata.uid)?.histories;
  const before = new Map(statusesOf(previous).map((each) => [each.name, each]));
  const isLeaving = isTerminating(pod) || isTerminal(previous?.phase);
  const podEnding = isLeaving || translation.kind === "rejected";
  let blocked = podEnding;

  const view = (container: Container, kind: ContainerKind): ContainerView => {
    const history = histories?.get(container.name) ?? NO_HISTORY;
    const wanted = desired.get(container.name);
    const unit = wanted === undefined ? findUnit(pod, container, world) : unitOf(pod, wanted, history, world);
    const status = before.get(container.name);
    const imageID = wanted?.image?.id ?? wanted?.adopts;
    const waiting = (kind === "ephemeral" ? podEnding : blocked) ? undefined : desired.get(container.name)?.waiting;
    if (kind === "init" ? !history.done : kind === "sidecar" && !history.up) blocked = true;
    return {
      ...{ pod, container, kind, history, podEnding, now },
      ...(unit !== undefined && { unit, ...appliedTo(unit, wanted) }),
      ...(status !== undefined && { previous: status }),
      ...(imageID !== undefined && { imageID }),
      ...(waiting !== undefined && { waiting }),
    };
  };
  return [
    ...(pod.spec.initContainers ?? []).map((each) => view(each, kindOf(pod, each))),
    ...pod.spec.containers.map((each) => view(each, "container")),
    ...(pod.spec.ephemeralContainers ?? []).map((each) => view(each, "ephemeral")),
  ];
}

function appliedTo(unit: ActualUnit, wanted: DesiredContainer | undefined) {
  const written = unit.text === wanted?.unit?.text;
  return { written, applied: written && areInForce(wanted?.unit ?? {}, unit) };
}

function unitOf(pod: Pod, desired: DesiredContainer, history: ContainerHistory, world: World): ActualUnit | undefined {
  const unit = world.units.get(desired.unitName);
  if (unit?.identity !== undefined) return unit.identity.podUID === pod.metadata.uid ? unit : undefined;
  // The file was deleted on the host. The container is the pod's when container-start recorded this invocation.
  return unit?.invocation !== undefined && unit.invocation === history.started?.invocation ? unit : undefined;
}

/**
 * Returns the unit of a container in a rejected pod, which has no translation. When the pod ran before, it still has
 * units.
 */
function findUnit(pod: Pod, container: Container, world: World): ActualUnit | undefined {
  for (const unit of world.units.values()) {
    const { identity } = unit;
    if (identity?.podUID === pod.metadata.uid && isContainer(unit) && identity.container === container.name)
      return unit;
  }
  return undefined;
}
