import { diff } from "../diff/diff.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { translateAll } from "../translate/all.ts";
import { nodeSliceLimits } from "../translate/resources/node-slices.ts";
import { type ObserveInput, observe } from "./observe.ts";

/** What a run is about to do, and the snapshot that it follows from. */
export interface Plan {
  readonly before: World;
  readonly translations: readonly Translation[];
  readonly steps: readonly Step[];
}

/** Observes, translates and compares, and changes nothing. Throws BusError when systemd does not answer. */
export async function makePlan(input: ObserveInput, libDir: string): Promise<Plan> {
  return planFor(await observe(input), libDir);
}

/** Translates and compares one snapshot. */
export function planFor(before: World, libDir: string): Plan {
  const translations = translateAll(before, libDir);
  const pods = translations.flatMap((each) => (each.kind === "runnable" && !hasEnded(each.pod) ? [each.pod] : []));
  const slices = nodeSliceLimits(pods, before.config, before.host);
  return { before, translations, steps: diff(before, translations, slices) };
}

function hasEnded({ metadata, status }: Pod): boolean {
  return isTerminal(status?.phase) || metadata.deletionTimestamp !== undefined;
}
