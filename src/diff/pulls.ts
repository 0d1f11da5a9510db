import { containersOf, eventFieldPath } from "../model/api/containers.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { DesiredPull } from "../model/image/image.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import type { Step } from "../model/step.ts";
import type { DesiredContainer, Runnable, Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { isCommandKey } from "../unitfile/image-names.ts";

/** Starts each pull that pods wait for once, and cancels the pulls that no pod waits for. */
export function pullSteps({ pods, images }: World, translations: readonly Translation[]): Step[] {
  const waiting = translations.flatMap(wanted);
  const byKey = Map.groupBy(waiting, ({ pull }) => pull.key);
  const pulling = images?.pulling ?? new Set();
  const starts = [...byKey].flatMap(([key, all]): Step[] => (pulling.has(key) ? newcomers(all) : startPull(all)));
  if (!pods.complete) return starts;
  const idle = [...pulling].filter((key) => !byKey.has(key) && !isCommandKey(key));
  return [...starts, ...idle.map((key): Step => ({ kind: "cancel-pull", uid: "", key, because: "no pod needs it" }))];
}

/** A container that waits for its image, or a pod that waits for the image of a volume. */
interface Waiting {
  readonly translation: Runnable;
  /** The image as the pod names it. */
  readonly image: string | undefined;
  /** The field of the container, as an Event names it; undefined for the pod as a whole. */
  readonly fieldPath?: string;
  readonly pull: DesiredPull;
}

function wanted(translation: Translation): Waiting[] {
  const { pod } = translation;
  if (translation.kind === "rejected" || isTerminating(pod) || isTerminal(pod.status?.phase)) return [];
  const volumes = (translation.imageVolumes ?? []).map(({ reference, pull }) => ({ image: reference, pull }));
  return [...volumes, ...translation.containers.map((each) => ofContainer(pod, each))].flatMap(({ pull, ...rest }) =>
    pull === undefined ? [] : [{ translation, pull, ...rest }],
  );
}

function ofContainer({ spec }: Pod, { name, kind, pull }: DesiredContainer) {
  const container = containersOf(spec).find((each) => each.name === name);
  return { image: container?.image, fieldPath: eventFieldPath(kind, name), pull };
}

function startPull(all: readonly Waiting[]): Step[] {
  const [first] = all;
  if (first === undefined) return [];
  const { pull } = podOf(all) ?? first;
  const isFirst = all.some((each) => each.pull.isFirst);
  const because = `pod ${namespacedName(first.translation.pod.metadata)} waits for it`;
  return [{ kind: "pull", uid: "", pull: { ...pull, isFirst }, because }, ...all.flatMap(emitEvent)];
}

/** Selects the pod whose credentials a pull uses: after each failure those of the next pod, and last none at all. */
function podOf(all: readonly Waiting[]): Waiting | undefined {
  const known = Map.groupBy(
    all.filter(({ pull }) => pull.access !== undefined),
    ({ pull }) => pull.access,
  );
  const others = all.filter(({ pull }) => pull.access === undefined).slice(0, 1);
  const turns = [...[...known.values()].flatMap((same) => same.slice(0, 1)), ...others];
  return turns[Math.max(0, ...all.map((each) => each.pull.failures ?? 0)) % turns.length];
}

/** Events for the pods that arrived while the pull was under way. */
function newcomers(all: readonly Waiting[]): Step[] {
  return all.filter(({ translation }) => translation.pod.status?.startTime === undefined).flatMap(emitEvent);
}

function emitEvent({ translation, image, fieldPath, pull }: Waiting): Step[] {
  const { pod } = translation;
  const field = fieldPath === undefined ? {} : { fieldPath };
  const step = (event: Pick<PodEvent, "type" | "reason" | "message" | "fieldPath">): Step => ({
    kind: "emit-event",
    uid: pod.metadata.uid,
    because: event.message,
    event: { pod, ...event, occurrence: pull.key },
  });
  const names = pull.missing.join(", ");
  const missing = `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`;
  return [
    ...(pull.missing.length === 0
      ? []
      : [step({ type: "Warning", reason: "FailedToRetrieveImagePullSecret", message: missing })]),
    step({
      type: "Normal",
      reason: "Pulling",
      message: `Pulling image "${redactCredentials(image ?? pull.name)}"`,
      ...field,
    }),
  ];
}
