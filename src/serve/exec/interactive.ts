import { finished } from "node:stream/promises";
import { startCommand } from "../../io/exec/command.ts";
import type { UnitName } from "../../model/unit.ts";
import { HttpError } from "../http/http-error.ts";
import type { RemoteStreams } from "../remote/streams.ts";
import { connect } from "./connect.ts";
import { inputOf } from "./container-input.ts";
import { firstSize } from "./first-size.ts";
import type { RunningContainer } from "./running-container.ts";

/** The containers to which a client is attached. */
const attached = new Set<UnitName>();

/**
 * Starts the program of a container that waits for a terminal (unitfile/launch.ts). A shell is its main process, reads the
 * exit status of the program and exits with it. When the client disconnects, the program gets SIGHUP. Throws HttpError.
 */
export async function runAttached(running: RunningContainer, open: () => Promise<RemoteStreams>): Promise<void> {
  const { unit, container } = running;
  if (attached.has(unit)) throw new HttpError(409, `a client is attached to container ${container.name} already`);
  attached.add(unit);
  try {
    const streams = await open();
    const requested = { stdin: streams.stdin !== undefined, stdout: true, stderr: false, tty: true };
    const program = await startCommand({ unit, argv: [], requested, size: await firstSize(streams) });
    const reported = program.ended.then((status) => writeExitStatus(running, status));
    await connect({ ...program, ended: reported.then(() => 0) }, streams);
    await reported;
  } finally {
    attached.delete(unit);
  }
}

/** Sends the exit status to the shell. An error means that the container was stopped meanwhile, and is ignored. */
async function writeExitStatus(running: RunningContainer, status: number): Promise<void> {
  const input = inputOf(running);
  input.end(`${status}\n`);
  await finished(input).catch(() => undefined);
}
