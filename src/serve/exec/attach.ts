import { Readable } from "node:stream";
import { exists } from "../../io/files.ts";
import { kindOf } from "../../model/api/containers.ts";
import { inputPath, terminalPath } from "../../model/paths.ts";
import { isInteractive } from "../../model/terminal.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { containerLog } from "../logs/container-log.ts";
import { openStreams } from "../remote/open-streams.ts";
import { connect } from "./connect.ts";
import { inputOf } from "./container-input.ts";
import { attachToTerminal } from "./container-terminal.ts";
import { runAttached } from "./interactive.ts";
import type { ExecProcess } from "./process.ts";
import { type ContainerRef, findRunning, type RunningContainer } from "./running-container.ts";
import { streamRequest } from "./stream-request.ts";

/** /attach/NAMESPACE/POD[/UID]/CONTAINER. Throws Refusal, ApiError, Gone. */
export async function serveAttach(
  who: ContainerRef,
  { segments, query }: RequestTarget,
  exchange: RequestContext,
): Promise<void> {
  const asked = streamRequest(query);
  const running = await findRunning(who, segments.slice(1));
  const { pod, container } = running;
  const terminal = terminalPath(pod.metadata.uid, container.name);
  if (exists(terminal)) {
    const program = await attachToTerminal(terminal, container.stdin === true);
    await connect(program, await openStreams(exchange, asked));
    return;
  }
  if (
    !isInteractive(container, kindOf(pod, container) === "ephemeral") ||
    !exists(inputPath(pod.metadata.uid, container.name))
  ) {
    // What it was started with cannot be changed any more: its output comes as one, by lines.
    const streams = await openStreams(exchange, asked);
    await connect(outputAndInput(running, container.stdin === true, streams.gone), streams);
    return;
  }
  await runAttached(running, () => openStreams(exchange, { ...asked, stderr: false, tty: true }));
}

/** What it writes from now on, until it ends, and a way into what it reads. */
function outputAndInput(running: RunningContainer, isOpen: boolean, gone: AbortSignal): ExecProcess {
  const { unit, invocation } = running;
  const now = Date.now();
  const options = { follow: true, previous: false, timestamps: false, since: now };
  const log = Readable.from(containerLog({ unit, invocation, from: now }, options, now, gone));
  const stdin = isOpen ? inputOf(running) : undefined;
  const ended = new Promise<number>((resolve) => {
    log.once("close", () => resolve(0));
  });
  return {
    ...(stdin && { stdin }),
    stdout: log,
    ended,
    resize: () => {},
    end: () => void stdin?.destroy(),
  };
}
