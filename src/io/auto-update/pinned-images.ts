import type { Container, Pod } from "../../model/api/pod.ts";
import type { PodTemplate, Workload } from "../../model/api/workload.ts";
import { type AutoUpdateState, asksForUpdates, pinnedImage, targetName } from "../../model/auto-update.ts";
import { digest } from "../../unitfile/hash.ts";

interface Objects {
  readonly pods: readonly Pod[];
  readonly workloads: readonly Workload[];
}

/**
 * Returns the objects of a directory with the images that `unitlet auto-update` has chosen. A pod keeps its UID, so its container
 * restarts as after a change of its image. A template gets another hash, so its pods are replaced by an ordinary rollout.
 */
export function withPinnedImages<T extends Objects>(objects: T, states: readonly AutoUpdateState[]): T {
  if (states.length === 0) return objects;
  const known = new Map(states.map((state) => [targetName(state), state.containers]));
  const pods = objects.pods.map((pod) => {
    const pins = known.get(targetName({ kind: "Pod", ...pod.metadata }));
    return pins === undefined ? pod : { ...pod, spec: pinnedSpec(pod.spec, pod.metadata.annotations, pins) };
  });
  const workloads = objects.workloads.map((workload) => {
    const { kind, metadata, template } = workload;
    const pins = kind === "Job" ? undefined : known.get(targetName({ kind, ...metadata }));
    return pins === undefined ? workload : { ...workload, template: pinnedTemplate(template, pins) };
  });
  return { ...objects, pods, workloads };
}

type Pins = AutoUpdateState["containers"];
type Annotations = PodTemplate["annotations"];

/** The init containers of a pod that runs have ended, and do not run again for another image. */
function pinnedSpec(spec: Pod["spec"], annotations: Annotations, pins: Pins): Pod["spec"] {
  return { ...spec, containers: spec.containers.map((each) => pinnedContainer(each, annotations, pins)) };
}

function pinnedTemplate(template: PodTemplate, pins: Pins): PodTemplate {
  const { spec, annotations, hash } = template;
  const pinned = (each: Container) => pinnedContainer(each, annotations, pins);
  const containers = spec.containers.map(pinned);
  const initContainers = spec.initContainers?.map(pinned);
  // With the images of its first pods the template is the one that they have been made from.
  const others = [...(initContainers ?? []), ...containers].flatMap(({ name, image }) => {
    const pin = pins[name];
    return pin !== undefined && image === `${pin.image}@${pin.digest}` && pin.digest !== pin.first
      ? [[name, pin.digest]]
      : [];
  });
  return {
    ...template,
    spec: { ...spec, containers, ...(initContainers && { initContainers }) },
    hash: others.length === 0 ? hash : digest(JSON.stringify([hash, others]), hash.length),
  };
}

/** The tag was resolved already, so a pull asks for the digest only when the host has lost the image. */
function pinnedContainer(container: Container, annotations: Annotations, pins: Pins): Container {
  const image = asksForUpdates(annotations, container.name)
    ? pinnedImage(container.image, pins[container.name])
    : undefined;
  if (image === undefined) return container;
  return { ...container, image, imagePullPolicy: container.imagePullPolicy === "Never" ? "Never" : "IfNotPresent" };
}
