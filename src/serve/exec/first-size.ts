import { setTimeout as sleep } from "node:timers/promises";
import type { TerminalSize } from "../../model/stream-request.ts";
import type { RemoteStreams } from "../remote/streams.ts";

/** The time in which a client with a terminal sends its first size. */
const FIRST_SIZE_TIMEOUT_MS = 250;

/** Returns the first size of the client's terminal; undefined when none arrives in time. */
export async function firstSize(streams: RemoteStreams): Promise<TerminalSize | undefined> {
  const size = new Promise<TerminalSize>((resolve) => streams.onResize(resolve));
  return await Promise.race([size, sleep(FIRST_SIZE_TIMEOUT_MS, undefined, { ref: false })]);
}
