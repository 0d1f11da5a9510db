import { finished } from "node:stream/promises";
import type { UnitName } from "../../model/unit.ts";
import { HttpError } from "../http/http-error.ts";
import type { RemoteStreams } from "../remote/streams.ts";
import { connect } from "./connect.ts";
import { inputOf } from "./container-input.ts";
import { enterArgv } from "./enter.ts";
import { firstSize } from "./first-size.ts";
import type { RunningContainer } from "./running-container.ts";
import { startInTerminal } from "./terminal.ts";

/** Containers that have their terminal now. */
const attached = new Set<UnitName>();

/**
 * The program of a container that waits for its terminal. Until now a shell stands for it, which is told how the program
 * has ended, and ends so: see unitfile/launch.ts. Whoever leaves takes the terminal along, and the program is hung up.
 */
export async function runAttached(running: RunningContainer, open: () => Promise<RemoteStreams>): Promise<void> {
  const { unit, container } = running;
  if (attached.has(unit)) throw new HttpError(409, `somebody is attached to container ${container.name} already`);
  attached.add(unit);
  try {
    const streams = await open();
    const program = startInTerminal(enterArgv(unit), await firstSize(streams), streams.stdin !== undefined);
    const told = program.ended.then((status) => writeMessage(running, status));
    await connect({ ...program, ended: told.then(() => 0) }, streams);
    await told;
  } finally {
    attached.delete(unit);
  }
}

/** Nobody reads it any more when the container was stopped in the meantime. */
async function writeMessage(running: RunningContainer, status: number): Promise<void> {
  const input = inputOf(running);
  input.end(`${status}\n`);
  await finished(input).catch(() => undefined);
}
