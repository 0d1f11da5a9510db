import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import { enterArgv } from "./enter.ts";
import { startPiped } from "./piped.ts";
import { type ContainerRef, findRunning } from "./running-container.ts";

/** As the container runtimes' interface has it. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** POST /run/NAMESPACE/POD[/UID]/CONTAINER?cmd=…: a command, its words parted by spaces, and what it writes. */
export async function serveRun(
  who: ContainerRef,
  { segments, query }: RequestTarget,
  response: ServerResponse,
): Promise<void> {
  const argv = (query.get("cmd") ?? "").split(" ");
  if (argv[0] === "") throw new HttpError(400, "you must specify a command in cmd");
  const { unit } = await findRunning(who, segments.slice(1));
  const wanted = { stdin: false, stdout: true, stderr: true, tty: false };
  const command = await startPiped(enterArgv(unit, argv), wanted);
  response.once("close", () => command.end());
  const outputs = [collect(command.stdout), collect(command.stderr)];
  const [status, stdout = Buffer.alloc(0), stderr = Buffer.alloc(0)] = await Promise.all([command.ended, ...outputs]);
  if (status !== 0)
    throw new HttpError(500, `command '${argv.join(" ")}' exited with ${status}: ${stderr.toString("utf8")}`);
  response.setHeader("content-type", "application/json");
  response.end(Buffer.concat([stdout, stderr]));
}

async function collect(source: Readable | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source ?? []) {
    size += piece.length;
    if (size <= MAX_OUTPUT_BYTES) pieces.push(piece);
  }
  if (size > MAX_OUTPUT_BYTES) throw new HttpError(500, `the command has written more than ${MAX_OUTPUT_BYTES} bytes`);
  return Buffer.concat(pieces);
}
