import { diff } from "../diff/diff.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { translateAll } from "../translate/all.ts";
import { type ObserveInput, observe } from "./observe.ts";

/** What a run is about to do, and the snapshot that it follows from. */
export interface Plan {
  readonly before: World;
  readonly translations: readonly Translation[];
  readonly steps: readonly Step[];
}

/** Observes, translates and compares, and changes nothing. Throws BusError when systemd does not answer. */
export async function makePlan(input: ObserveInput, libDir: string): Promise<Plan> {
  const before = await observe(input);
  const translations = translateAll(before, libDir);
  return { before, translations, steps: diff(before, translations) };
}
