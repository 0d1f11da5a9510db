import type { StreamRequest } from "../../model/stream-request.ts";
import { HttpError } from "../http/http-error.ts";

/** Returns the streams that a request to exec or attach names. Throws HttpError when it names none. */
export function streamRequest(query: URLSearchParams): StreamRequest {
  const is = (name: string) => query.get(name) === "1";
  const tty = is("tty");
  // A terminal has one output for both streams.
  const requested = { stdin: is("input"), stdout: is("output"), stderr: is("error") && !tty, tty };
  if (!requested.stdin && !requested.stdout && !requested.stderr)
    throw new HttpError(400, "you must specify at least 1 of stdin, stdout, stderr");
  return requested;
}
