import type { AutoUpdateState, ImageChange } from "../../model/auto-update.ts";
import type { Target, TargetContainer } from "./targets.ts";

/** What the registry says of an image: the digest of its tag, or why that is unknown. */
export type Answer = { readonly digest: string } | { readonly because: string };

/** What follows for one container. `because` says why its image is not updated. */
export interface Finding {
  readonly container: TargetContainer;
  readonly updated: "false" | "pending" | "failed" | "-";
  readonly to?: string;
  readonly because?: string;
  /** True when an earlier update with this digest was rolled back, which was logged then. */
  readonly isKnown?: true;
}

/** `answers` are by the image as the manifest has it. With `retry` an image that was rolled back is tried again. */
export function findingsOf(target: Target, answers: ReadonlyMap<string, Answer>, retry: boolean): readonly Finding[] {
  return target.containers.map((container): Finding => {
    const { name, image, current, because } = container;
    if (because !== undefined || current === undefined) return { container, updated: "-", ...(because && { because }) };
    const answer = answers.get(image) ?? { because: "the registry was not asked" };
    if ("because" in answer) return { container, updated: "failed", because: answer.because };
    if (answer.digest === current) return { container, updated: "false" };
    const failed = failedDigest(target.state, name, image);
    if (answer.digest !== failed || retry) return { container, updated: "pending", to: answer.digest };
    return { container, updated: "failed", because: rolledBack(target.state, failed), isKnown: true };
  });
}

/** Returns the changes of images that an update makes; an image that was rolled back goes along with new ones. */
export function changesOf(
  target: Target,
  answers: ReadonlyMap<string, Answer>,
  retry: boolean,
): readonly ImageChange[] {
  const isPending = findingsOf(target, answers, retry).some(({ updated }) => updated === "pending");
  if (!isPending) return [];
  return findingsOf(target, answers, true).flatMap(({ container: { name, image, current }, to }) =>
    to === undefined || current === undefined ? [] : [{ container: name, image, from: current, to }],
  );
}

function failedDigest(state: AutoUpdateState | undefined, name: string, image: string): string | undefined {
  const pin = state?.containers[name];
  return pin?.image === image ? pin.failed : undefined;
}

function rolledBack(state: AutoUpdateState | undefined, digest: string): string {
  const { last } = state ?? {};
  const because = last?.result === "updated" ? undefined : last?.because;
  return `${digest} was rolled back${because ? `: ${because}` : ""}. Push another image, or try again with --retry`;
}
