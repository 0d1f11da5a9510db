import { closeSync, createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type OpenedFile, openBelow } from "../../io/journal/log-files.ts";
import { HttpError } from "../http/http-error.ts";
import { reply, TEXT_TYPE } from "../http/reply.ts";

export const LOG_DIRECTORY = "/var/log";

/** A file below /var/log, or what a directory there has. Throws Refusal. */
export async function serveLogFile(segments: readonly string[], response: ServerResponse): Promise<void> {
  const found = openBelow(LOG_DIRECTORY, segments);
  if (found === undefined) throw new HttpError(404, "404 page not found\n");
  if (found.kind === "directory") {
    reply(response, "text/html; charset=utf-8", listing(segments, found.names));
    return;
  }
  response.setHeader("content-type", isPacked(segments.at(-1) ?? "") ? "application/octet-stream" : TEXT_TYPE);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-length", found.size);
  await pipeline(contentOf(found), response);
}

/** As much as there was when it was opened, since its length has been announced; closed at the end. */
export function contentOf({ descriptor, size }: Extract<OpenedFile, { kind: "file" }>): Readable {
  if (size > 0) return createReadStream("", { fd: descriptor, end: size - 1 });
  closeSync(descriptor);
  return Readable.from([]);
}

function isPacked(name: string): boolean {
  return /\.(gz|xz|zst|bz2|journal|journal~)$/.test(name);
}

/** As Go's file server lists a directory, with links from the root, so that a slash at the end is no matter. */
export function listing(segments: readonly string[], names: readonly string[]): string {
  const here = ["", "logs", ...segments].map(encodeURIComponent).join("/");
  const lines = names.map(
    (name) => `<a href="${here}/${encodeURI(name).replace(/[?#]/g, encodeURIComponent)}">${shown(name)}</a>`,
  );
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.map((line) => `${line}\n`).join("")}</pre>\n`;
}

function shown(name: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return name.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
