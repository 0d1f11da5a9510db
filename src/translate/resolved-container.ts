import type { Container, Pod } from "../model/api/pod.ts";
import type { RequestedUser } from "../model/confinement.ts";
import type { ImageReference } from "../model/image/image-reference.ts";
import type { PodNetwork } from "../model/pod-network.ts";
import type { ContainerKind, UnitName } from "../model/unit.ts";
import type { AnnotationOptions } from "./annotations/table.ts";

/** One container of a pod with everything that several parts of the translation read from both, read once. */
export interface ResolvedContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly unitName: UnitName;
  /** The field of the container in its pod, such as `spec.initContainers[db]`. */
  readonly path: string;
  /** What `image` names; the host's files whatever it names, with the setting `ignoreImages`. */
  readonly reference: ImageReference;
  /** True when `image` names the host's files. */
  readonly namesHost: boolean;
  /** What the pod's annotations say of this container. */
  readonly options: AnnotationOptions;
  /** runAsUser and runAsGroup. */
  readonly user: RequestedUser;
  readonly network: PodNetwork;
  /** Digest of what the unit depends on: another one restarts the container. */
  readonly specHash: string;
  /**
   * True when the sandbox holds host name, IPC objects and /dev/shm for the containers on images. False in a pod with a
   * network of its own whose containers are all on the host's files: an ephemeral one on an image has its own then,
   * because another sandbox would restart the pod.
   */
  readonly sharesSandbox: boolean;
  /** The container on an image whose processes an ephemeral container is to see. */
  readonly target?: string;
}
