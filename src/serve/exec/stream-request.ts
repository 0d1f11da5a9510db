import { HttpError } from "../http/http-error.ts";
import type { StreamRequest } from "../remote/streams.ts";

/** The streams that exec and attach are asked for, by the names that the API server uses. Throws Refusal. */
export function streamRequest(query: URLSearchParams): StreamRequest {
  const is = (name: string) => query.get(name) === "1";
  const tty = is("tty");
  // On a terminal both outputs are one.
  const wanted = { stdin: is("input"), stdout: is("output"), stderr: is("error") && !tty, tty };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr)
    throw new HttpError(400, "you must specify at least 1 of stdin, stdout, stderr");
  return wanted;
}
