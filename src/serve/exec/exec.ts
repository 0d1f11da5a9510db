import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { openStreams } from "../remote/open-streams.ts";
import { connect } from "./connect.ts";
import { enterArgv } from "./enter.ts";
import { firstSize } from "./first-size.ts";
import { startPiped } from "./piped.ts";
import { type ContainerRef, findRunning } from "./running-container.ts";
import { streamRequest } from "./stream-request.ts";
import { startInTerminal } from "./terminal.ts";

/** /exec/NAMESPACE/POD[/UID]/CONTAINER. Throws Refusal, ApiError, Gone. */
export async function serveExec(
  who: ContainerRef,
  { segments, query }: RequestTarget,
  exchange: RequestContext,
): Promise<void> {
  const wanted = streamRequest(query);
  const argv = query.getAll("command");
  if (argv.length === 0 || argv[0] === "")
    throw new HttpError(400, "you must specify at least one command for the container");
  const { unit } = await findRunning(who, segments.slice(1));
  const streams = await openStreams(exchange, wanted);
  const command = enterArgv(unit, argv);
  const started = wanted.tty
    ? startInTerminal(command, await firstSize(streams), wanted.stdin)
    : await startPiped(command, wanted);
  await connect(started, streams);
}
