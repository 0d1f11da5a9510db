import type { Step } from "../model/step.ts";
import type { Runnable, Translation } from "../model/translation.ts";
import type { UnitName } from "../model/unit.ts";
import { type Applied, type ApplyPorts, apply, applySteps, waitForJobs } from "./apply.ts";
import { observeAgain } from "./observe.ts";
import { type Plan, planFor } from "./plan.ts";

interface Progress {
  /** The plan, with the steps and translations of pods that have got an address meanwhile. */
  readonly plan: Plan;
  readonly applied: Applied;
}

/**
 * Does the steps of a plan, and then those of the pods that their sandboxes have given an address: their containers are
 * translated with it. A pod whose address comes later is left to the next run, which `pod-network` requests.
 */
export async function applyAndConnect(plan: Plan, ports: ApplyPorts): Promise<Progress> {
  const sandboxes = startedSandboxes(plan);
  if (sandboxes.size === 0) return { plan, applied: await apply(plan.steps, ports) };
  const first = await applySteps(plan.steps, ports);
  await waitForJobs(plan.steps, ports, sandboxes);
  const next = await planConnected(plan, ports);
  const second = await applySteps(next.steps, ports);
  const steps = [...plan.steps, ...next.steps];
  return {
    plan: { ...plan, steps, translations: next.translations },
    applied: {
      done: [...first.done, ...second.done],
      failed: [...first.failed, ...second.failed],
      jobsDone: await waitForJobs(steps, ports),
    },
  };
}

/** Returns the sandboxes that the steps start and that are to give a pod its address. */
function startedSandboxes({ steps, translations }: Plan): ReadonlySet<UnitName> {
  const started = new Set(steps.flatMap((step) => ("unit" in step && STARTS.has(step.kind) ? [step.unit] : [])));
  const sandboxes = unconnected(translations).flatMap(({ auxiliaryUnits }) =>
    auxiliaryUnits.filter(({ identity, name }) => identity.kind === "sandbox" && started.has(name)),
  );
  return new Set(sandboxes.map(({ name }) => name));
}

const STARTS: ReadonlySet<Step["kind"]> = new Set(["start", "restart"]);

function unconnected(translations: readonly Translation[]): readonly Runnable[] {
  return translations.flatMap((each) =>
    each.kind === "runnable" && !each.network.isHost && each.network.addresses.length === 0 ? [each] : [],
  );
}

/** Returns the translations of all pods, and the steps of those alone that had no address in the plan and have one now. */
async function planConnected(
  { before, translations }: Plan,
  { systemd, libDir }: ApplyPorts,
): Promise<Pick<Plan, "steps" | "translations">> {
  const world = await observeAgain(before, systemd, Date.now());
  const hasAddress = (uid: string) => world.directories.get(uid)?.network?.addresses.length;
  const connected = new Set(
    unconnected(translations).flatMap(({ pod: { metadata } }) => (hasAddress(metadata.uid) ? metadata.uid : [])),
  );
  if (connected.size === 0) return { steps: [], translations };
  try {
    const next = planFor(world, libDir);
    const isOfThese = ({ pod }: Translation) => connected.has(pod.metadata.uid);
    return {
      steps: next.steps.filter(({ uid, kind }) => connected.has(uid) || kind === "reload"),
      translations: [...translations.filter((each) => !isOfThese(each)), ...next.translations.filter(isOfThese)],
    };
  } catch {
    // The next run finds the pod that is the cause.
    return { steps: [], translations };
  }
}
