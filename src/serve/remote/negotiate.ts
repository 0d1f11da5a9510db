import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../http/http-error.ts";
import type { RequestContext } from "../http/request-context.ts";

/** What a client wants to speak instead of HTTP. Throws Refusal. */
export function upgradeOf({ mayUpgrade, request }: RequestContext): "spdy" | "websocket" {
  const { connection = "", upgrade = "" } = request.headers;
  if (!mayUpgrade || !/upgrade/i.test(connection)) throw new HttpError(400, "Upgrade request required");
  if (/^websocket$/i.test(upgrade)) return "websocket";
  if (/spdy\/3\.1/i.test(upgrade)) return "spdy";
  throw new HttpError(400, "unable to upgrade: missing upgrade headers in request");
}

/** The first of the client's protocols that `known` has. Throws Refusal in the kubelet's words. */
export function streamProtocol(headers: IncomingHttpHeaders, known: readonly string[]): string {
  const name = "X-Stream-Protocol-Version";
  const offered = listed(headers["x-stream-protocol-version"]);
  if (offered.length === 0) throw new HttpError(400, `unable to upgrade: header ${name} does not exist in request`);
  const chosen = offered.find((each) => known.includes(each));
  if (chosen !== undefined) return chosen;
  const [wanted, accepted] = [offered, known].map((each) => `[${each.join(" ")}]`);
  throw new HttpError(
    403,
    `unable to upgrade: unable to negotiate protocol: client supports ${wanted}, server accepts ${accepted}`,
    { "x-accepted-stream-protocol-versions": known },
  );
}

/** A header that may come several times, each with several values. */
export function listed(header: string | readonly string[] | undefined): readonly string[] {
  return [header ?? []]
    .flat()
    .flatMap((each) => each.split(","))
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
