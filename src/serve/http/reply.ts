import type { ServerResponse } from "node:http";

export const JSON_TYPE = "application/json";
export const TEXT_TYPE = "text/plain; charset=utf-8";

/** Sends a whole response with status 200. */
export function reply(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.setHeader("content-type", type);
  response.setHeader("x-content-type-options", "nosniff");
  response.end(body);
}
