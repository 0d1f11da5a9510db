import { debID, type InstalledDeb } from "../../model/image/deb.ts";
import type { DebReference } from "../../model/image/deb-reference.ts";
import { NO_IMAGES } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { Candidate, ImageContext, ImageRequest } from "./candidate.ts";
import { pullRequestedAt, satisfiesPullPolicy } from "./pull-request.ts";

/** Returns what is known of a package of the distribution. */
export function packageCandidate(request: ImageRequest, reference: DebReference, context: ImageContext): Candidate {
  const { directory, images = NO_IMAGES } = context;
  const image = redactCredentials(request.image ?? "");
  const key = imageKey(reference);
  const { debs } = images;
  const deb = debs?.installed.get(key);
  const policy = pullPolicy(request, reference);
  const onHost = debs && deb && { deb, accounts: debs };
  return {
    key,
    policy,
    ...(onHost && { present: { kind: "package", onHost, id: debID(onHost.deb) } }),
    isUsable: deb !== undefined && satisfiesPullPolicy(deb.checkedAt, policy, pullRequestedAt(request, directory)),
    blocker: pullBlocker(image, reference, context),
    pull: { name: reference.name, repository: image, missing: [], deb: { reference, anew: policy === "Always" } },
  };
}

/** Returns the policy, without "Always" for a version or a checksum, which always means the same package. */
function pullPolicy({ imagePullPolicy = "IfNotPresent" }: ImageRequest, reference: DebReference): string {
  const isFixed = "url" in reference || reference.version !== undefined;
  return imagePullPolicy === "Always" && isFixed ? "IfNotPresent" : imagePullPolicy;
}

function pullBlocker(image: string, reference: DebReference, { config, images }: ImageContext): string | undefined {
  const cannot = `image "${image}" cannot be pulled:`;
  if (images?.debs?.supported === false)
    return `${cannot} this node's distribution has no apt-get. Install the program with its own tools, and set image to "host" or to the absolute path of the program`;
  const setting = "in /etc/unitlet/unitlet.conf";
  if (config.imagePulls === "deny")
    return `${cannot} nothing is, with imagePulls = deny ${setting}. Let the administrator install the package, or set imagePulls = allow`;
  if (config.packages === "off")
    return `${cannot} no package is installed for a pod while packages is off. Let the administrator install it, or set packages = signed ${setting}`;
  if (config.packages === "signed" && "url" in reference)
    return `${cannot} that file is not signed, and its scripts would be run as root. Put the package into an archive that the node's apt knows (deb://NAME), or set packages = any ${setting}`;
  return undefined;
}

/**
 * Returns the text of the file that names the container's package, by which deb-remove finds out whether it is used.
 */
export const packageRequestText = ({ package: name }: InstalledDeb) => `${name}\n`;
