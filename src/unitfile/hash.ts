// The only Node module that pure folders may import: hashing has no state.
import { hash } from "node:crypto";

/** Returns `length` hex digits of the SHA-256 of the text or bytes. */
export function digest(content: string | Uint8Array, length: number): string {
  return hash("sha256", content, "hex").slice(0, length);
}
