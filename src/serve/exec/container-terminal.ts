import { createConnection } from "node:net";
import { Transform } from "node:stream";
import type { TerminalSize } from "../remote/streams.ts";
import type { ExecProcess } from "./process.ts";

/** The socket of the process that holds the terminal of a container on an image. docs/files.md has the frames. */
export async function attachToTerminal(path: string, withInput: boolean): Promise<ExecProcess> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const stdin = new Transform({
    transform: (bytes: Buffer, _, done) => done(null, Buffer.concat(pieces(bytes).map((each) => frame("i", each)))),
    // Who has typed the last wants to see what comes of it.
    flush: (done) => done(),
  });
  stdin.pipe(socket, { end: false });
  // The container does not end with somebody who is attached, nor has it failed when this connection has.
  const ended = new Promise<number>((resolve) => socket.on("error", () => {}).once("close", () => resolve(0)));
  return {
    ...(withInput && { stdin }),
    stdout: socket,
    ended,
    resize: (size) => void socket.write(frame("s", sizeBytes(size))),
    end: () => void socket.destroy(),
  };
}

const MAX_CELLS = 0xffff;

function pieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / MAX_CELLS);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * MAX_CELLS, (at + 1) * MAX_CELLS));
}

/** A letter, the number of bytes, the bytes. */
function frame(letter: "i" | "s", bytes: Buffer): Buffer {
  const head = Buffer.from([letter.charCodeAt(0), 0, 0]);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function sizeBytes({ width, height }: TerminalSize): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(width, 0);
  bytes.writeUInt16BE(height, 2);
  return bytes;
}
