import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../http/http-error.ts";
import type { RequestContext } from "../http/request-context.ts";

/** Returns the protocol to which a client upgrades. Throws HttpError. */
export function upgradeOf({ mayUpgrade, request }: RequestContext): "spdy" | "websocket" {
  const { connection = "", upgrade = "" } = request.headers;
  if (!mayUpgrade || !/upgrade/i.test(connection)) throw new HttpError(400, "Upgrade request required");
  if (/^websocket$/i.test(upgrade)) return "websocket";
  if (/spdy\/3\.1/i.test(upgrade)) return "spdy";
  throw new HttpError(400, "unable to upgrade: missing upgrade headers in request");
}

/**
 * Returns the first of the client's protocols that `supported` contains. Throws HttpError with the messages of `httpstream.go:
 * Handshake` (k8s.io/streaming v0.36).
 */
export function streamProtocol(headers: IncomingHttpHeaders, supported: readonly string[]): string {
  const name = "X-Stream-Protocol-Version";
  const offered = headerValues(headers["x-stream-protocol-version"]);
  if (offered.length === 0) throw new HttpError(400, `unable to upgrade: header ${name} does not exist in request`);
  const chosen = offered.find((each) => supported.includes(each));
  if (chosen !== undefined) return chosen;
  const [clientProtocols, serverProtocols] = [offered, supported].map((each) => `[${each.join(" ")}]`);
  throw new HttpError(
    403,
    `unable to upgrade: unable to negotiate protocol: client supports ${clientProtocols}, server accepts ${serverProtocols}`,
    { "x-serverProtocols-stream-protocol-versions": supported },
  );
}

/** Returns the values of a header that may occur several times, each time with several values. */
export function headerValues(header: string | readonly string[] | undefined): readonly string[] {
  return [header ?? []]
    .flat()
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
