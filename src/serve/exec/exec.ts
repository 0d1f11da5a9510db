import type { Exchange } from "../http/request-context.ts";
import { Refusal } from "../http/http-error.ts";
import { openStreams } from "../remote/open-streams.ts";
import type { Target } from "../http/request-attributes.ts";
import { connect } from "./connect.ts";
import { enterArgv } from "./enter.ts";
import { firstSize } from "./first-size.ts";
import { startPiped } from "./piped.ts";
import { findRunning, type Who } from "./running-container.ts";
import { streamRequest } from "./stream-request.ts";
import { startInTerminal } from "./terminal.ts";

/** /exec/NAMESPACE/POD[/UID]/CONTAINER. Throws Refusal, ApiError, Gone. */
export async function serveExec(who: Who, { segments, query }: Target, exchange: Exchange): Promise<void> {
  const wanted = streamRequest(query);
  const argv = query.getAll("command");
  if (argv.length === 0 || argv[0] === "")
    throw new Refusal(400, "you must specify at least one command for the container");
  const { unit } = await findRunning(who, segments.slice(1));
  const streams = await openStreams(exchange, wanted);
  const command = enterArgv(unit, argv);
  const started = wanted.tty
    ? startInTerminal(command, await firstSize(streams), wanted.stdin)
    : await startPiped(command, wanted);
  await connect(started, streams);
}
