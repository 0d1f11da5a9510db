import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { type Images, NO_IMAGES } from "../../model/image/image.ts";
import {
  NO_CHECKSUM,
  type OciReference,
  redactCredentials,
  type TarballReference,
} from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { Candidate, ImageContext, ImageRequest } from "./candidate.ts";
import { credentialsAllow, pullCredentialKeys } from "./image-access.ts";
import { pullAuth } from "./pull-auth.ts";
import { pullRequestedAt, satisfiesPullPolicy } from "./pull-request.ts";

/**
 * Returns what is known of an image of a registry, or of a root file system under a URL. `because` says why the
 * reference cannot be used on this node.
 */
export function registryCandidate(
  pod: Pod,
  request: ImageRequest,
  reference: OciReference | TarballReference,
  { config, directory, references, images = NO_IMAGES }: ImageContext,
): Candidate | { readonly because: string } {
  const isUnsure = reference.kind === "tarball" && reference.sha256 === undefined;
  if (isUnsure && config.imageChecksums === "required") return { because: NO_CHECKSUM };
  const key = imageKey(reference);
  const stored = images.stored.get(key);
  const policy = pullPolicy(request, reference);
  const repository = reference.kind === "oci" ? reference.repository : redactCredentials(reference.url);
  const auth = reference.kind === "oci" ? pullAuth(pod, reference, references) : { missing: [] };
  const access = pullCredentialKeys(auth.auth);
  const since = pullRequestedAt(request, directory);
  return {
    key,
    policy,
    ...(stored && { present: { kind: "stored", stored, id: `${repository}@${stored.digest}` } }),
    isUsable:
      stored !== undefined &&
      credentialsAllow(stored, auth.auth) &&
      satisfiesPullPolicy(stored.checkedAt, policy, since),
    blocker: pullBlocker(redactCredentials(request.image ?? ""), config.imagePulls, images),
    pull: { name: reference.name, repository, ...auth, ...(access && { access }) },
  };
}

/**
 * Returns the policy, with the default that the API server fills in (`core/v1/defaults.go: SetDefaults_Container`,
 * v1.36). A manifest on the host has none.
 */
function pullPolicy({ imagePullPolicy }: ImageRequest, reference: OciReference | TarballReference): string {
  if (reference.kind === "oci") return imagePullPolicy ?? (reference.tag === "latest" ? "Always" : "IfNotPresent");
  // A reference with a checksum always means the same files.
  if (imagePullPolicy === "Never" || reference.sha256 === undefined) return imagePullPolicy ?? "IfNotPresent";
  return "IfNotPresent";
}

function pullBlocker(image: string, imagePulls: Config["imagePulls"], { missingTools }: Images): string | undefined {
  if (imagePulls === "deny")
    return `image "${image}" cannot be pulled: this node runs programs on its own files. Set image to "host" or to the absolute path of a program, or set imagePulls = allow in /etc/unitlet/unitlet.conf`;
  if (missingTools.length === 0) return undefined;
  const tools = missingTools.join(", ");
  return `image "${image}" cannot be pulled: this node has no ${tools}. Install the distribution's packages of these names there, or set image to "host" or to the absolute path of a program`;
}
