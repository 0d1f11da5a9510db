import { PENDING_UPDATE, removeAutoUpdateState, writeAutoUpdateState } from "../../io/auto-update/states.ts";
import { writeAtomic } from "../../io/files.ts";
import { nameImage } from "../../io/images/image-names.ts";
import { requestSync } from "../../io/systemd/sync-trigger.ts";
import { type AutoUpdateState, type ImageChange, targetName, type UpdateResult } from "../../model/auto-update.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import { awaitRun, requestRun, startResume } from "../agent.ts";
import { readLists, restartsNow, untilSettled } from "./look.ts";
import { keepDigest, type PullContext, pullDigest } from "./registry.ts";
import type { Target } from "./targets.ts";
import { journal, tellBegin, tellEnd } from "./tell.ts";
import { begun, ended, resumed, returning, type StateInTrial } from "./transitions.ts";

/** Updates a target, waits for its pods, and returns to the earlier images when they do not get ready. Throws CliError. */
export async function update(
  target: Target,
  changes: readonly ImageChange[],
  context: PullContext,
): Promise<UpdateResult> {
  for (const { image, to } of changes) await pullDigest(target.pod, image, to, context);
  for (const { image, from } of changes) await keepDigest(target.pod, image, from, context);
  writeAtomic(PENDING_UPDATE, "", 0o600);
  startResume();
  const restarts = restartsNow(target, await readLists(context.source));
  const state = begun(target, changes, restarts, Date.now());
  enter(state);
  tellBegin(target, changes);
  return await finish(state, context);
}

/** Takes over an update whose process has ended early. */
export async function resume(state: StateInTrial, context: PullContext): Promise<UpdateResult> {
  // Until a run has seen the host, the statuses may be from before a reboot.
  awaitRun();
  const restarts = restartsNow(state, await readLists(context.source));
  const next = resumed(state, restarts, Date.now());
  if (next !== undefined) {
    enter(next);
    return await finish(next, context);
  }
  const because = `${state.trial.because ?? ""} It was interrupted ${state.trial.attempts} times`.trim();
  return state.trial.phase === "switch"
    ? await giveUp(state, because, context)
    : settle(state, "failed", because, context);
}

async function finish(state: StateInTrial, context: PullContext): Promise<UpdateResult> {
  const { phase, because = "" } = state.trial;
  const end = await untilSettled(state, context);
  if (end.kind === "gone") return leave(state);
  if (phase === "switch")
    return end.kind === "ready"
      ? settle(state, "updated", undefined, context)
      : await giveUp(state, end.because, context);
  if (end.kind === "ready") return settle(state, "rolled back", because, context);
  return settle(state, "failed", `${because}. The earlier image does not get ready either: ${end.because}`, context);
}

async function giveUp(state: StateInTrial, because: string, context: PullContext): Promise<UpdateResult> {
  const restarts = restartsNow(state, await readLists(context.source));
  const next = returning(state, because, restarts, Date.now());
  enter(next);
  return await finish(next, context);
}

/** Stores a state, and requests the run that makes the host match it. */
function enter(state: StateInTrial): void {
  writeAutoUpdateState(state);
  requestSync();
  requestRun();
}

function settle(
  state: StateInTrial,
  result: UpdateResult["result"],
  because: string | undefined,
  context: PullContext,
): UpdateResult {
  // A pod that loses the annotation must not go back to the image that its tag had.
  if (result === "updated") for (const [name, to] of Object.entries(state.trial.to)) moveTag(state, name, to);
  const next = ended(state, result, because, Date.now());
  writeAutoUpdateState(next);
  return logEnd(next, context);
}

/** An image that has lost the digest meanwhile is pulled again when it is needed. */
function moveTag({ containers }: StateInTrial, container: string, digest: string): void {
  const image = containers[container]?.image ?? "";
  const [source, goal] = [`${image}@${digest}`, image].map((each) => parseImage(each));
  if (source?.kind === "oci" && goal?.kind === "oci") nameImage(source, goal, digest);
}

/** Logs the end of an update and calls the hook; again when the process ends before the state says so. */
export function logEnd(
  state: AutoUpdateState & { readonly last: UpdateResult },
  { config }: PullContext,
): UpdateResult {
  tellEnd(state, state.last, config);
  writeAutoUpdateState({ ...state, last: { ...state.last, isTold: true } });
  return state.last;
}

/** The manifest was changed meanwhile, and says what runs from now on. */
function leave(state: StateInTrial): UpdateResult {
  removeAutoUpdateState(state);
  const because = `the manifest of ${targetName(state)} was changed or removed during the update`;
  journal().warning("image update", { result: "failed", target: targetName(state), because });
  return { at: Date.now(), result: "failed", because, changes: [] };
}
