import { closeSync, constants, openSync, writeSync } from "node:fs";
import { inputPath } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { Refusal } from "../refusal.ts";
import type { RemoteStreams } from "../remote/streams.ts";
import { connect } from "./connect.ts";
import { enterArgv } from "./enter.ts";
import { firstSize } from "./first-size.ts";
import type { Running } from "./running.ts";
import { startInTerminal } from "./terminal.ts";

/** Containers that have their terminal now. */
const attached = new Set<UnitName>();

/**
 * The program of a container that waits for its terminal. Until now a shell stands for it, which is told how the program
 * has ended, and ends so: see unitfile/launch.ts. Whoever leaves takes the terminal along, and the program is hung up.
 */
export async function runAttached(running: Running, open: () => Promise<RemoteStreams>): Promise<void> {
  const { unit, pod, container } = running;
  if (attached.has(unit)) throw new Refusal(409, `somebody is attached to container ${container.name} already`);
  attached.add(unit);
  try {
    const streams = await open();
    const program = startInTerminal(enterArgv(unit), await firstSize(streams), streams.stdin !== undefined);
    const told = program.ended.then((status) => tell(inputPath(pod.metadata.uid, container.name), status));
    await connect({ ...program, ended: told.then(() => 0) }, streams);
    await told;
  } finally {
    attached.delete(unit);
  }
}

/** Nobody reads it any more when the container was stopped in the meantime. */
function tell(path: string, status: number): void {
  try {
    const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(pipe, `${status}\n`);
    closeSync(pipe);
  } catch {}
}
