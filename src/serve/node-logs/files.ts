import { closeSync, createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type OpenedFile, openBelow } from "../../io/journal/log-files.ts";
import { HttpError } from "../http/http-error.ts";
import { reply, TEXT_TYPE } from "../http/reply.ts";

/** The directory that GET /logs/ serves. */
export const LOG_DIRECTORY = "/var/log";

/** Serves a file or the listing of a directory below /var/log. Throws HttpError. */
export async function serveLogFile(segments: readonly string[], response: ServerResponse): Promise<void> {
  const opened = openBelow(LOG_DIRECTORY, segments);
  if (opened === undefined) throw new HttpError(404, "404 page not found\n");
  if (opened.kind === "directory") {
    reply(response, "text/html; charset=utf-8", listing(segments, opened.names));
    return;
  }
  response.setHeader("content-type", isBinary(segments.at(-1) ?? "") ? "application/octet-stream" : TEXT_TYPE);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-length", opened.size);
  await pipeline(contentOf(opened), response);
}

/** Returns the content up to the size at opening, because content-length was sent. The descriptor is closed at the end. */
export function contentOf({ descriptor, size }: Extract<OpenedFile, { kind: "file" }>): Readable {
  if (size > 0) return createReadStream("", { fd: descriptor, end: size - 1 });
  closeSync(descriptor);
  return Readable.from([]);
}

function isBinary(name: string): boolean {
  return /\.(gz|xz|zst|bz2|journal|journal~)$/.test(name);
}

/** Returns a listing like Go's `net/http` (fs.go: dirList). Links are absolute, so that a trailing slash does not matter. */
export function listing(segments: readonly string[], names: readonly string[]): string {
  const here = ["", "logs", ...segments].map(encodeURIComponent).join("/");
  const lines = names.map(
    (name) => `<a href="${here}/${encodeURI(name).replace(/[?#]/g, encodeURIComponent)}">${escapeHtml(name)}</a>`,
  );
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.map((line) => `${line}\n`).join("")}</pre>\n`;
}

function escapeHtml(name: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return name.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
