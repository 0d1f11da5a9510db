import type { Instant } from "../../model/api/time.ts";
import type { AutoUpdateState, ImageChange, PinnedImage, Trial, UpdateResult } from "../../model/auto-update.ts";
import type { Target } from "./targets.ts";

/** A process that was killed, or a host that went down, while the pods got ready is replaced so often. */
const MAX_ATTEMPTS = 3;

/** A state with an update under way. */
export type StateInTrial = AutoUpdateState & { readonly trial: Trial };

/** Returns the state in which the containers are to run the new images. */
export function begun(target: Target, changes: readonly ImageChange[], restarts: number, now: Instant): StateInTrial {
  const { kind, namespace, name, state } = target;
  const before = pinsInUse(target);
  const pins = changes.map(({ container, image, from, to }): [string, PinnedImage] => [
    container,
    { image, digest: to, first: before[container]?.first ?? from },
  ]);
  return {
    ...{ kind, namespace, name },
    containers: { ...before, ...Object.fromEntries(pins) },
    trial: {
      ...{ phase: "switch", since: now, restarts: restarts + ownRestarts(kind, changes.length), attempts: 1 },
      from: Object.fromEntries(changes.map(({ container, from }) => [container, from])),
      to: Object.fromEntries(changes.map(({ container, to }) => [container, to])),
    },
    ...(state?.last && { last: state.last }),
  };
}

/** Another image restarts the containers of a Pod. A workload makes new pods. */
function ownRestarts(kind: AutoUpdateState["kind"], containers: number): number {
  return kind === "Pod" ? containers : 0;
}

/** Returns the pins of containers that still have the image of their pin in the manifest. */
export function pinsInUse({ containers, state }: Target): AutoUpdateState["containers"] {
  const images = new Map(containers.map(({ name, image }) => [name, image]));
  const own = Object.entries(state?.containers ?? {}).filter(([name, { image }]) => images.get(name) === image);
  return Object.fromEntries(own);
}

/** Returns the state in which the containers are to run their earlier images. */
export function returning(state: StateInTrial, because: string, restarts: number, now: Instant): StateInTrial {
  const { trial } = state;
  // A container may be called "constructor", which each object has.
  const [from, to] = [new Map(Object.entries(trial.from)), new Map(Object.entries(trial.to))];
  const containers = Object.entries(state.containers).map(([name, pin]): [string, PinnedImage] => {
    const [digest, failed] = [from.get(name), to.get(name)];
    return [name, digest === undefined || failed === undefined ? pin : { ...pin, digest, failed }];
  });
  const own = ownRestarts(state.kind, Object.keys(trial.from).length);
  const next: Trial = { ...trial, phase: "return", since: now, restarts: restarts + own, attempts: 1, because };
  return { ...state, containers: Object.fromEntries(containers), trial: next };
}

/** Returns the state of a process that takes over; undefined when it has been taken over too often. */
export function resumed(state: StateInTrial, restarts: number, now: Instant): StateInTrial | undefined {
  const { trial } = state;
  if (trial.attempts >= MAX_ATTEMPTS) return undefined;
  return { ...state, trial: { ...trial, since: now, restarts, attempts: trial.attempts + 1 } };
}

/** Returns the state after the end of an update. */
export function ended(
  { trial, ...state }: StateInTrial,
  result: UpdateResult["result"],
  because: string | undefined,
  now: Instant,
): AutoUpdateState & { readonly last: UpdateResult } {
  const changes = Object.entries(trial.to).map(([container, to]) => ({
    ...{ container, image: state.containers[container]?.image ?? "" },
    ...{ from: trial.from[container] ?? "", to },
  }));
  return { ...state, last: { at: now, result, ...(because !== undefined && { because }), changes } };
}

export function isInTrial(state: AutoUpdateState): state is StateInTrial {
  return state.trial !== undefined;
}
