import type { Pod } from "../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../model/api/time.ts";
import type { StoredImage } from "../model/image/image.ts";

/** startTime has whole seconds, and may be a little later than the start of the pull. */
const CLOCK_TOLERANCE_MS = 2000;

/** An image as a pod names it, and what is known of it. */
export interface PulledImage {
  readonly image: string;
  /** The image on this host; undefined for the host's files. */
  readonly stored: Pick<StoredImage, "size" | "pulled"> | undefined;
  /** The container has not run before, so a pull since the pod's start was made for it. */
  readonly isFirst: boolean;
}

/** Returns the message of the Event Pulled (`images/image_manager.go: EnsureImageExists`, v1.36). */
export function pulledMessage(pod: Pod, { image, stored, isFirst }: PulledImage): string {
  const since =
    pod.status?.startTime === undefined ? undefined : fromTimestamp(pod.status.startTime) - CLOCK_TOLERANCE_MS;
  const pulled = stored?.pulled;
  if (!isFirst || stored === undefined || pulled === undefined || since === undefined || pulled.from < since)
    return `Container image "${image}" already present on machine and can be accessed by the pod`;
  const took = printMilliseconds(pulled.to - pulled.from);
  return `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${stored.size} bytes.`;
}

/** Formats milliseconds as Go's time.Duration.String does. */
export function printMilliseconds(duration: Instant): string {
  const whole = Math.max(0, Math.round(duration));
  if (whole < 1000) return whole === 0 ? "0s" : `${whole}ms`;
  const minutes = Math.floor(whole / 60_000);
  const hours = Math.floor(minutes / 60);
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes % 60}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
