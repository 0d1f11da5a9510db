import { closeSync, openSync } from "node:fs";
import { VOLATILE } from "../model/paths.ts";
import { remove } from "./files.ts";

const BELL = `${VOLATILE}/dirty`;

/** First thing of a run: who rings from now on is heard by the next one. */
export function answerDoorbell(): void {
  remove(BELL);
}

/** Asks for another run right after this one. */
export function ringDoorbell(): void {
  closeSync(openSync(BELL, "w", 0o600));
}
