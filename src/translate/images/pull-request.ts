import type { Instant } from "../../model/api/time.ts";
import type { DesiredPull, FailedPull } from "../../model/image/image.ts";
import { pullRequestFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import type { PodDirectory } from "../../model/world.ts";
import type { TranslateContext } from "../context.ts";

interface Named {
  readonly name: string;
}

/**
 * Returns the file that records when the image was first requested: an earlier answer of the registry does not count.
 */
export function recordsPullRequest(
  { name }: Named,
  { directory, images }: Pick<TranslateContext, "directory" | "images">,
): DesiredFile[] {
  const file = pullRequestFile(name);
  if (images === undefined || directory?.files.has(file)) return [];
  return [{ name: file, text: String(images.at), uid: 0 }];
}

/** Returns when, by this host's clock, a run first saw the container; undefined in that run. */
export function pullRequestedAt({ name }: Named, directory: PodDirectory | undefined): Instant | undefined {
  const text = directory?.files.get(pullRequestFile(name));
  return text === undefined ? undefined : Number(text);
}

/**
 * True unless the policy "Always" still requires a request. The registry is asked once since the container came here,
 * and not when systemd restarts it.
 */
export function satisfiesPullPolicy(checkedAt: Instant, policy: string, since: Instant | undefined): boolean {
  return policy !== "Always" || (since !== undefined && checkedAt >= since);
}

/** How long, in milliseconds, the status says ErrImagePull before it says ImagePullBackOff. */
export const ERR_IMAGE_PULL_SHOWN_MS = 3000;

/**
 * Returns when a failed pull is repeated: after 10 s, doubled up to 300 s
 * (`kubelet/kubelet.go: imageBackOffPeriod, MaxImageBackOff`, v1.36).
 */
export function retryAt({ at, count }: FailedPull): Instant {
  return at + Math.min(300, 10 * 2 ** Math.min(count - 1, 10)) * 1000;
}

/**
 * Returns what a container on an absent image waits for: a pull, or the end of the back-off after a failed one. `image`
 * has no secrets, because it becomes a part of the message.
 */
export function waitingForPull(
  image: string,
  pull: DesiredPull,
  failed: FailedPull | undefined,
  now: Instant,
): Pick<DesiredContainer, "waiting" | "pull"> {
  if (failed === undefined) return { pull };
  if (now < failed.at + ERR_IMAGE_PULL_SHOWN_MS)
    return { waiting: { reason: "ErrImagePull", message: failed.message } };
  const message = `Back-off pulling image "${image}": ErrImagePull: ${failed.message}`;
  const waiting = { reason: "ImagePullBackOff", message };
  return now < retryAt(failed) ? { waiting } : { waiting, pull };
}
