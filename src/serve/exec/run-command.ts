import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { startCommand } from "../../io/exec/command.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import { type ContainerRef, findRunning } from "./running-container.ts";

/** The largest output of a command, as in the CRI client (`utils.go: maxMsgSize`, cri-client v0.36). */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Serves POST /run/NAMESPACE/POD[/UID]/CONTAINER?cmd=…: runs a command, split at spaces, and returns its output. Throws
 * HttpError and ApiError.
 */
export async function serveRun(
  source: ContainerRef,
  { segments, query }: RequestTarget,
  response: ServerResponse,
): Promise<void> {
  const argv = (query.get("cmd") ?? "").split(" ");
  if (argv[0] === "") throw new HttpError(400, "you must specify a command in cmd");
  const { unit } = await findRunning(source, segments.slice(1));
  const requested = { stdin: false, stdout: true, stderr: true, tty: false };
  const command = await startCommand({ unit, argv, requested });
  response.once("close", () => command.end());
  const outputs = [readAll(command.stdout), readAll(command.stderr)];
  const [status, stdout = Buffer.alloc(0), stderr = Buffer.alloc(0)] = await Promise.all([command.ended, ...outputs]);
  if (status !== 0)
    throw new HttpError(500, `command '${argv.join(" ")}' exited with ${status}: ${stderr.toString("utf8")}`);
  response.setHeader("content-type", "application/json");
  response.end(Buffer.concat([stdout, stderr]));
}

async function readAll(source: Readable | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source ?? []) {
    size += chunk.length;
    if (size <= MAX_OUTPUT_BYTES) chunks.push(chunk);
  }
  if (size > MAX_OUTPUT_BYTES) throw new HttpError(500, `the command has written more than ${MAX_OUTPUT_BYTES} bytes`);
  return Buffer.concat(chunks);
}
