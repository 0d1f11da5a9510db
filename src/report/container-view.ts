import { kindOf, statusesOf } from "../model/api/containers.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Container, ContainerStatus, Pod, PodStatus } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import type { DesiredContainer, Translation } from "../model/translation.ts";
import { type ActualUnit, type ContainerKind, isContainer } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/** All that is known of one container, side by side. */
export interface ContainerView {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly past: ContainerHistory;
  /** Its unit, when there is one and it belongs to this very pod. */
  readonly unit?: ActualUnit;
  readonly previous?: ContainerStatus;
  /** Its unit is as the pod has it now. */
  readonly applied?: boolean;
  /** Of the image that it would run on now; undefined: the host's own files. */
  readonly imageID?: string;
  /** Why it cannot start yet; undefined also while it is not its turn. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** Nothing of this pod is started any more: it is rejected, being deleted, or its phase is terminal. */
  readonly over: boolean;
  readonly now: Instant;
}

/** Init containers first, ephemeral ones last, each kind in the pod's order. */
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
  const isLeaving = pod.metadata.deletionTimestamp !== undefined || isTerminal(previous?.phase);
  const over = isLeaving || translation.kind === "rejected";
  let blocked = over;

  const view = (container: Container, kind: ContainerKind): ContainerView => {
    const past = histories?.get(container.name) ?? NO_HISTORY;
    const unit = unitOf(pod, container, desired.get(container.name), past, world);
    const status = before.get(container.name);
    const imageID = desired.get(container.name)?.image?.id;
    const waiting = (kind === "ephemeral" ? over : blocked) ? undefined : desired.get(container.name)?.waiting;
    if (kind === "init" ? !past.done : kind === "sidecar" && !past.up) blocked = true;
    return {
      ...{ pod, container, kind, past, over, now },
      ...(unit !== undefined && { unit, applied: unit.text === desired.get(container.name)?.unit?.text }),
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

function unitOf(
  pod: Pod,
  container: Container,
  desired: DesiredContainer | undefined,
  past: ContainerHistory,
  world: World,
): ActualUnit | undefined {
  if (desired === undefined) return findUnit(pod, container, world);
  const unit = world.units.get(desired.unitName);
  if (unit?.identity !== undefined) return unit.identity.podUID === pod.metadata.uid ? unit : undefined;
  // The file was deleted by hand: what runs is still ours when our own helper let this invocation go.
  return unit?.invocation !== undefined && unit.invocation === past.started?.invocation ? unit : undefined;
}

/** A rejected pod has no names of units; one that ran before it was rejected still has units. */
function findUnit(pod: Pod, container: Container, world: World): ActualUnit | undefined {
  for (const unit of world.units.values()) {
    const { identity } = unit;
    if (identity?.podUID === pod.metadata.uid && isContainer(unit) && identity.container === container.name)
      return unit;
  }
  return undefined;
}
