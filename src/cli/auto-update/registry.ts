import { fetchedDigest } from "../../io/images/fetched-manifest.ts";
import { nameImage, nameTree } from "../../io/images/image-names.ts";
import { readPullRequest } from "../../io/images/images.ts";
import { removeDigestRequest, writeDigestRequest, writePull } from "../../io/images/pull-files.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { type DesiredPull, PULLS } from "../../model/image/image.ts";
import { type OciReference, parseImage } from "../../model/image/image-reference.ts";
import { dependency } from "../../model/references.ts";
import type { PodSource } from "../../ports.ts";
import { pullCredentialKeys } from "../../translate/images/image-access.ts";
import { pullAuth } from "../../translate/images/pull-auth.ts";
import { digestKey, fetchUnit, imageKey } from "../../unitfile/image-names.ts";
import { CliError } from "../failure.ts";
import { commandedPull, runPull, untilIdle } from "../images/commanded-pull.ts";
import { runUnit } from "../images/unit-wait.ts";
import type { Progress } from "../progress.ts";
import type { Answer } from "./decide.ts";

/** A registry that sends a byte at times must not keep the other pods from their updates. The next pull uses the complete blobs. */
const PULL_LIMIT_MS = 2 * 60 * 60_000;

export interface PullContext {
  readonly config: Config;
  readonly source: PodSource;
  readonly progress: Progress;
}

/** Asks the registry for the digest of a tag, with the credentials of the pod. */
export async function askRegistry(pod: Pod, image: string, context: PullContext): Promise<Answer> {
  const reference = parseImage(image);
  if (reference.kind !== "oci") return { because: "it is no image of a registry" };
  const pull = { ...(await pullOf(pod, reference, context)), key: digestKey(imageKey(reference)) };
  const { name, key } = pull;
  context.progress.state("asking", `${name}: asking the registry`, { name });
  try {
    writeDigestRequest(pull);
    await runUnit(fetchUnit(key), () => undefined);
    const message = readPullRequest(`${PULLS}/${key}.failed`)?.get("message");
    return message === undefined ? { digest: fetchedDigest(key) } : { because: message };
  } catch (error) {
    if (error instanceof CliError) throw error;
    return { because: `${(error as Error).message}: journalctl -u '${fetchUnit(key)}'` };
  } finally {
    removeDigestRequest(pull);
  }
}

/** Pulls an image by its digest beside the one that runs, with the credentials of the pod. Throws CliError. */
export async function pullDigest(pod: Pod, image: string, digest: string, context: PullContext): Promise<void> {
  const pull = await pullOf(pod, referenceTo(image, digest), context);
  await untilIdle(pull, context.progress);
  writePull(pull);
  await runPull(pull, context.progress, PULL_LIMIT_MS);
}

/**
 * Gives the image that a pod runs a name of its own, so that the return to it needs no registry. Its tag may mean another one by now,
 * which another pod or `unitlet images pull` has brought. The Secret of the pod may have changed since, and has just pulled another
 * image of the repository. Throws CliError.
 */
export async function keepDigest(pod: Pod, image: string, digest: string, context: PullContext): Promise<void> {
  const [tag, reference] = [parseImage(image), referenceTo(image, digest)];
  if (tag.kind === "oci") nameImage(tag, reference, digest);
  const { access, missing } = await pullOf(pod, reference, context);
  // Without its Secret it is unknown for which credentials the image is.
  if (access !== undefined || missing.length === 0) nameTree(reference, digest, access ?? "all");
}

/** Returns the reference to an image of the same repository by its digest. */
function referenceTo(image: string, digest: string): OciReference {
  const reference = parseImage(`${image}@${digest}`);
  if (reference.kind !== "oci") throw new CliError(`${image} is no image of a registry`);
  return reference;
}

async function pullOf(pod: Pod, reference: OciReference, { config, source }: PullContext): Promise<DesiredPull> {
  const { namespace } = pod.metadata;
  const secrets = (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) =>
    name ? [dependency({ kind: "secret", namespace, name }, undefined, true)] : [],
  );
  const auth = pullAuth(pod, reference, await source.fetch(secrets));
  const access = pullCredentialKeys(auth.auth);
  return { ...commandedPull(reference, config), ...auth, ...(access && { access }) };
}
