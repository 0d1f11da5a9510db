import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { IMAGES, type Images, type StoredImage } from "../../model/image/image.ts";
import { pullRequestFile } from "../../model/paths.ts";
import type { PodDirectory } from "../../model/world.ts";
import { imageReference } from "../../translate/images/reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import { ANY_PROFILE } from "./assumed-host.ts";

/** The words that stand in a unit for what only the image says. */
export const DIGEST = "DIGEST";
export const ENTRYPOINT = "ENTRYPOINT";

/** An image that says nothing. Its user is in the bundle, and in no unit; any number but 0 satisfies runAsNonRoot. */
const IMAGE: StoredImage = {
  name: "",
  digest: `sha256:${DIGEST}`,
  tree: `${IMAGES}/trees/${DIGEST}/rootfs`,
  checkedAt: 0,
  size: 0,
  diskSize: 0,
  config: {
    ...{ entrypoint: [ENTRYPOINT], command: [], environment: [], volumes: [] },
    ...{ workingDirectory: "", user: "1", stopSignal: "" },
  },
  passwd: "",
  group: "",
};

/** Returns the images of the pod as if they were on the disk. A package is not: its own unit decides the container's. */
export function assumedImages(pod: Pod): Images {
  const names = [...containersOf(pod.spec).map(({ image }) => image), ...imageVolumes(pod).map(([, image]) => image)];
  const references = names.map(imageReference).filter(({ kind }) => kind === "oci" || kind === "tarball");
  const stored = references.flatMap((each) => ("name" in each ? [[imageKey(each), IMAGE] as const] : []));
  return {
    at: 0,
    stored: new Map(stored),
    ...{ failed: new Map(), pulling: new Set(), missingTools: [], seccompProfile: ANY_PROFILE },
  };
}

/** Returns the pod's directory after its images were pulled and its network was connected. */
export function assumedDirectory(pod: Pod, { podNetwork, podCIDR }: Config): PodDirectory {
  const requests = [...containersOf(pod.spec).map(({ name }) => name), ...imageVolumes(pod).map(([name]) => name)];
  const subnets = podNetwork === "host" ? [] : podCIDR;
  return {
    uid: pod.metadata.uid,
    histories: new Map(),
    files: new Map(requests.map((name) => [pullRequestFile(name), "0"])),
    volumes: new Map(),
    network: { subnets, addresses: subnets.map((subnet) => subnet.replace(/\/.*/, "")) },
  };
}

/** Returns the requests of image volumes by the names that the translation gives them. */
function imageVolumes({ spec }: Pod): readonly (readonly [request: string, image: string | undefined])[] {
  const volumes = (spec.volumes ?? []).filter(({ image }) => image !== undefined);
  return volumes.map(({ name, image }) => [`${name}.volume`, image?.reference]);
}
