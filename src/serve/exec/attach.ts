import { Readable } from "node:stream";
import type { ExecProcess } from "../../io/exec/process.ts";
import { exists } from "../../io/files.ts";
import { containerLog } from "../../io/logs/container-log.ts";
import { kindOf } from "../../model/api/containers.ts";
import { inputPath, terminalPath } from "../../model/paths.ts";
import { isInteractive } from "../../model/terminal.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { openStreams } from "../remote/open-streams.ts";
import { connect } from "./connect.ts";
import { inputOf } from "./container-input.ts";
import { attachToTerminal } from "./container-terminal.ts";
import { runAttached } from "./interactive.ts";
import { type ContainerRef, findRunning, type RunningContainer } from "./running-container.ts";
import { streamRequest } from "./stream-request.ts";

/** Serves /attach/NAMESPACE/POD[/UID]/CONTAINER. Throws HttpError, ApiError and ClientDisconnected. */
export async function serveAttach(
  source: ContainerRef,
  { segments, query }: RequestTarget,
  context: RequestContext,
): Promise<void> {
  const requested = streamRequest(query);
  const running = await findRunning(source, segments.slice(1));
  const { pod, container } = running;
  if (exists(terminalPath(pod.metadata.uid, container.name))) {
    const program = await attachToTerminal(running.unit, container.stdin === true);
    await connect(program, await openStreams(context, requested));
    return;
  }
  if (
    !isInteractive(container, kindOf(pod, container) === "ephemeral") ||
    !exists(inputPath(pod.metadata.uid, container.name))
  ) {
    // Without a terminal the output comes from the journal: both streams together, line by line.
    const streams = await openStreams(context, requested);
    await connect(outputAndInput(running, container.stdin === true, streams.gone), streams);
    return;
  }
  await runAttached(running, () => openStreams(context, { ...requested, stderr: false, tty: true }));
}

/**
 * Returns the output of a container from now on, and its standard input while `isOpen`. Without `stdinOnce` the end of the
 * client's input ends the attach, and the container goes on (containerd's `container_io.go: Attach`, v2.1).
 */
function outputAndInput(running: RunningContainer, isOpen: boolean, gone: AbortSignal): ExecProcess {
  const { unit, invocation, container } = running;
  const now = Date.now();
  const options = { follow: true, previous: false, timestamps: false, since: now };
  const inputEnded = new AbortController();
  const signal = AbortSignal.any([gone, inputEnded.signal]);
  const log = Readable.from(containerLog({ unit, invocation, from: now }, options, now, signal));
  const stdin = isOpen ? inputOf(running) : undefined;
  if (container.stdinOnce !== true) stdin?.once("finish", () => inputEnded.abort());
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
