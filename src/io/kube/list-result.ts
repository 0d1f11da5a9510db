import { gunzipSync } from "node:zlib";

const UNPACK_CHUNK_BYTES = 1024 * 1024;
/** The largest response that is accepted; no list of one node's pods is as long. */
export const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;

/** Returns the decoded body. Throws when it is no gzip, or unpacks to more than MAX_RESPONSE_BYTES. */
export function decoded(chunks: readonly Buffer[], encoding: string | undefined): Buffer {
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  return encoding === "gzip"
    ? gunzipSync(body, { chunkSize: UNPACK_CHUNK_BYTES, maxOutputLength: MAX_RESPONSE_BYTES })
    : body;
}

/** Returns reason and message of the `metav1.Status` in a body, or else its first 200 characters as message. */
export function statusOf(body: Buffer): { reason: string; message: string } {
  const text = body.toString("utf8", 0, 2000);
  try {
    const status = JSON.parse(body.toString()) as { reason?: string; message?: string };
    return { reason: status.reason ?? "", message: status.message ?? status.reason ?? "" };
  } catch {
    return { reason: "", message: text.slice(0, 200).replace(/\s+/g, " ") };
  }
}

/** Returns the seconds of the header Retry-After. The API server sends no dates there. */
export function retryAfter(header: string | undefined): { readonly retryAfter?: number } {
  return header !== undefined && /^\d{1,6}$/.test(header) ? { retryAfter: Number(header) } : {};
}
