import type { Instant } from "./api/time.ts";
import { parseImage } from "./image/image-reference.ts";

/** The annotation that asks for updates, of a pod or of the template of a workload. */
export const AUTO_UPDATE = "unitlet.dev/auto-update";

/** A pod of the directory, or a workload with the pods that it makes. */
export interface UpdateTarget {
  readonly kind: "Pod" | "Deployment" | "StatefulSet" | "DaemonSet";
  readonly namespace: string;
  readonly name: string;
}

/** What the host remembers of the updates of one target: a file of /var/lib/unitlet/auto-update. */
export interface AutoUpdateState extends UpdateTarget {
  /** By the name of the container. */
  readonly containers: Readonly<Record<string, PinnedImage>>;
  /** The update that is under way; undefined: none. */
  readonly trial?: Trial;
  readonly last?: UpdateResult;
}

export interface PinnedImage {
  /** As the manifest has it: "nginx:1.25". With another one in the manifest, the rest does not apply. */
  readonly image: string;
  /** What the container is to run: "sha256:…". */
  readonly digest: string;
  /** What it ran by its tag, before the first update. */
  readonly first: string;
  /** The digest that was rolled back. It is not tried again. */
  readonly failed?: string;
}

export interface Trial {
  /** "return": the new images have failed, and the old ones are to run again. */
  readonly phase: "switch" | "return";
  readonly since: Instant;
  /** The digests before the update, by container. */
  readonly from: Readonly<Record<string, string>>;
  /** The new digests, by container. */
  readonly to: Readonly<Record<string, string>>;
  /** The restarts of a Pod's containers before the phase. Pods of workloads begin with 0. */
  readonly restarts: number;
  /** How often a process has begun to wait for the pods in this phase. */
  readonly attempts: number;
  /** Why the new images have failed. */
  readonly because?: string;
}

export interface UpdateResult {
  readonly at: Instant;
  /** "failed": the old images do not get ready either. */
  readonly result: "updated" | "rolled back" | "failed";
  readonly because?: string;
  readonly changes: readonly ImageChange[];
  /** Present once the journal and the hook of the administrator have it. */
  readonly isTold?: true;
}

export interface ImageChange {
  readonly container: string;
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

type Annotations = Readonly<Record<string, string>> | undefined;

/** True when the annotations ask for updates of this container. That of one container overrides that of the pod. */
export function asksForUpdates(annotations: Annotations, container: string): boolean {
  return (annotations?.[`${AUTO_UPDATE}.${container}`] ?? annotations?.[AUTO_UPDATE]) === "registry";
}

/** Returns why the image of a container never changes, as the end of a sentence; undefined when it may. */
export function whyFixed(container: {
  readonly image?: string;
  readonly imagePullPolicy?: string;
}): string | undefined {
  const reference = parseImage(container.image ?? "");
  if (reference.kind !== "oci") return "its image is no image of a registry";
  if (reference.tag === undefined) return "its image has a digest, so it always means the same files";
  return container.imagePullPolicy === "Never" ? "its imagePullPolicy is Never" : undefined;
}

/** Returns "sha256:…" of an imageID such as "docker.io/library/nginx@sha256:…"; undefined for another text. */
export function digestOfImageID(imageID: string | undefined): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(imageID ?? "")?.[1];
}

/** Returns the image as the container is to run it; undefined when the manifest has another one now. */
export function pinnedImage(image: string | undefined, pin: PinnedImage | undefined): string | undefined {
  return image !== undefined && image === pin?.image ? `${image}@${pin.digest}` : undefined;
}

/** Returns "pod default/web", as messages name it. */
export function targetName({ kind, namespace, name }: UpdateTarget): string {
  return `${kind.toLowerCase()} ${namespace}/${name}`;
}
