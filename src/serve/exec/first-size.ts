import { setTimeout as sleep } from "node:timers/promises";
import type { RemoteStreams, TerminalSize } from "../remote/streams.ts";

/** A client with a terminal tells its size at once; one that does not is not waited for. Milliseconds. */
const FIRST_SIZE_TIMEOUT_MS = 250;

export async function firstSize(streams: RemoteStreams): Promise<TerminalSize | undefined> {
  const told = new Promise<TerminalSize>((resolve) => streams.onResize(resolve));
  return await Promise.race([told, sleep(FIRST_SIZE_TIMEOUT_MS, undefined, { ref: false })]);
}
