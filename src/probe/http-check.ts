import * as http from "node:http";
import type * as https from "node:https";
import { onTimeout } from "../io/timeout.ts";
import type { HttpCheck } from "../model/api/probe.ts";
import { dialError, hostPort } from "./dial.ts";
import type { Outcome } from "./probe-state.ts";

const MAX_REDIRECTS = 10;
/** The number of bytes of a body that are read (`probe/http/http.go: maxRespBodyLength`, v1.36). */
const MAX_BODY_BYTES = 10 * 1024;

interface HttpResponse {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/**
 * Returns the outcome of an HTTP probe. A status from 200 to 399 is a success, certificates are not verified, and redirects are
 * followed on the same host only (`probe/http/http.go: DoHTTPProbe`, v1.36). `timeout` is in seconds.
 */
export async function checkHttp(
  check: HttpCheck,
  address: string,
  timeout: number,
  agent = "kube-probe/1.36",
): Promise<Outcome> {
  const first = urlOf(check, address);
  const timedOut = new AbortController();
  const cancelTimeout = onTimeout(timeout * 1000, () => timedOut.abort());
  let url = first;
  try {
    for (let redirects = 0; ; redirects += 1) {
      const { status, location, body } = await get(url, headersOf(check, agent), timedOut.signal);
      const next = isRedirect(status) && location !== undefined ? new URL(location, url) : undefined;
      if (next === undefined) return outcomeOfStatus(status, body);
      if (next.hostname !== first.hostname)
        return { success: true, message: `Probe terminated redirects, Response body: ${body}` };
      if (redirects + 1 >= MAX_REDIRECTS) return failure(next, "stopped after 10 redirects");
      url = next;
    }
  } catch (error) {
    if (timedOut.signal.aborted)
      return failure(url, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    return failure(url, errorMessage(error as NodeJS.ErrnoException, url.hostname.replace(/^\[|\]$/g, ""), port));
  } finally {
    cancelTimeout();
  }
}

function urlOf({ scheme, host, port, path }: HttpCheck, address: string): URL {
  const url = new URL(`${scheme}://${hostPort(host || address, port)}`);
  const [, before = "", after] = /^([^?#]*)(?:\?([^#]*))?/.exec(path) ?? [];
  url.pathname = before;
  if (after !== undefined) url.search = after;
  return url;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function outcomeOfStatus(status: number, body: string): Outcome {
  if (status >= 300 && status < 400)
    return { success: true, message: `Probe terminated redirects, Response body: ${body}` };
  if (status >= 200 && status < 300) return { success: true, message: "" };
  return { success: false, message: `HTTP probe failed with statuscode: ${status}` };
}

function failure(url: URL, because: string): Outcome {
  return { success: false, message: `Get "${url.href}": ${because}` };
}

function errorMessage(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (/socket hang up/.test(error.message)) return "EOF";
  if (/^HPE_|Parse Error/.test(`${error.code} ${error.message}`))
    return "net/http: HTTP/1.x transport connection broken: malformed HTTP response";
  return dialError(error, host, port);
}

function get(url: URL, headers: http.OutgoingHttpHeaders, signal: AbortSignal): Promise<HttpResponse> {
  // Loading TLS takes a large part of a probe's time, and few probes use it.
  const client: typeof http | typeof https = url.protocol === "https:" ? process.getBuiltinModule("node:https") : http;
  return new Promise((resolve, reject) => {
    const options = {
      method: "GET",
      agent: false,
      rejectUnauthorized: false,
      signal,
      headers,
    } as const;
    const request = client.request(url, options, (response) => {
      let body = "";
      const end = () => {
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          body: body.slice(0, MAX_BODY_BYTES),
        });
        request.destroy();
      };
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length >= MAX_BODY_BYTES) end();
      });
      response.once("end", end);
      response.once("error", reject);
    });
    request.once("error", reject);
    request.end();
  });
}

function headersOf({ headers }: HttpCheck, agent: string): http.OutgoingHttpHeaders {
  const all: Record<string, string[]> = {};
  for (const [name, value] of headers) all[name.toLowerCase()] = [...(all[name.toLowerCase()] ?? []), value];
  const one = Object.fromEntries(
    Object.entries(all).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
  const accept = all.accept?.[0] === "" ? {} : { accept: "*/*" };
  const { accept: own, ...rest } = one;
  return { "user-agent": agent, ...accept, ...(own ? { accept: own } : {}), ...rest, connection: "close" };
}
