import { startCommand } from "../../io/exec/command.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { openStreams } from "../remote/open-streams.ts";
import { connect } from "./connect.ts";
import { firstSize } from "./first-size.ts";
import { type ContainerRef, findRunning } from "./running-container.ts";
import { streamRequest } from "./stream-request.ts";

/** Serves /exec/NAMESPACE/POD[/UID]/CONTAINER. Throws HttpError, ApiError and ClientDisconnected. */
export async function serveExec(
  source: ContainerRef,
  { segments, query }: RequestTarget,
  context: RequestContext,
): Promise<void> {
  const requested = streamRequest(query);
  const argv = query.getAll("command");
  if (argv.length === 0 || argv[0] === "")
    throw new HttpError(400, "you must specify at least one command for the container");
  const { unit } = await findRunning(source, segments.slice(1));
  const streams = await openStreams(context, requested);
  const size = requested.tty ? await firstSize(streams) : undefined;
  try {
    await connect(await startCommand({ unit, argv, requested, size }), streams);
  } catch (error) {
    // The helper cannot be reached.
    await streams.finish({ kind: "failed", message: (error as Error).message });
  }
}
