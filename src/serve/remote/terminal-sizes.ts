import type { TerminalSize } from "../../model/stream-request.ts";

/** The longest message; `{"Width":65535,"Height":65535}` has 31 bytes. */
const MAX_MESSAGE_BYTES = 1024;

/** A parser of resize streams, which are JSON objects one after the other. It ignores everything after an invalid object. */
export class TerminalSizes {
  #rest = "";
  #isBroken = false;

  push(bytes: Buffer): readonly TerminalSize[] {
    if (this.#isBroken) return [];
    const parts = (this.#rest + bytes.toString("latin1")).split("}");
    this.#rest = parts.pop() ?? "";
    const sizes: TerminalSize[] = [];
    for (const part of parts) {
      const size = parse(`${part}}`);
      this.#isBroken ||= size === undefined;
      if (size !== undefined && !this.#isBroken) sizes.push(size);
    }
    this.#isBroken ||= this.#rest.length > MAX_MESSAGE_BYTES;
    return sizes;
  }
}

function parse(text: string): TerminalSize | undefined {
  try {
    const { Width: width = 0, Height: height = 0 } = JSON.parse(text);
    return isCount(width) && isCount(height) ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
}
