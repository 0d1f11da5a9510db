import { closeSync, openSync } from "node:fs";
import { VOLATILE } from "../../model/paths.ts";
import { remove } from "../files.ts";

const BELL = `${VOLATILE}/dirty`;
const STARTING = `${VOLATILE}/starting`;

/** First thing of a run: who rings from now on is heard by the next one. */
export function answerDoorbell(): void {
  remove(BELL);
}

/** Asks for another run right after this one. */
export function ringDoorbell(): void {
  closeSync(openSync(BELL, "w", 0o600));
}

/** Has the starts that are over from now on ring: a run does not wait for slow ones. To be called before it looks at what has become of them. */
export function awaitStarts(): void {
  closeSync(openSync(STARTING, "w", 0o600));
}

/** Every start is over: those that come are waited for by the run that asks for them. */
export function forgetStarts(): void {
  remove(STARTING);
}
