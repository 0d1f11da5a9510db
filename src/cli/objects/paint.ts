import { styleText } from "node:util";

const GOOD = /^(Running|Completed|Complete|Succeeded|Bound)$/;
const BAD =
  /(Error|BackOff|Failed|Killed|Evicted|Invalid|Unknown$|^OutOf|^ExitCode:|^Signal:|^Init:(ExitCode|Signal):)/;
const PENDING = /^(Pending|Terminating|ContainerCreating|PodInitializing|NotReady|Suspended|Init:\d+\/\d+)$/;

/** Colours a cell that is a known status. A stream that is no terminal, and NO_COLOR, leave it as it is. */
export function paintStatus(cell: string): string {
  const colour = GOOD.test(cell) ? "green" : BAD.test(cell) ? "red" : PENDING.test(cell) ? "yellow" : undefined;
  return colour === undefined ? cell : styleText(colour, cell, { stream: process.stdout });
}
