/** How often a kubectl command is repeated. An attempt waits 10 s for the handshake, and a computer may stall for 30 s. */
export const KUBECTL_RETRIES = 3;

/** An API server or an etcd without processor time. It may have done what was requested. */
const OVERLOADED =
  /http2: client connection lost|etcdserver: (request timed out|leader changed)|context deadline exceeded|unexpected EOF/;

/** Commands with the same result when they are done twice. */
const REPEATABLE = ["apply", "auth", "get", "patch", "wait"];

/**
 * True for an error of kubectl that only says how busy the computer is, and after which this command can be repeated: any command
 * when the API server has not received it, and otherwise those that change nothing the second time.
 */
export function isTransient(args: readonly string[], output: string): boolean {
  if (output.includes("TLS handshake timeout")) return true;
  const command = args[0] === "-n" ? args[2] : args[0];
  return REPEATABLE.includes(command ?? "") && OVERLOADED.test(output);
}
