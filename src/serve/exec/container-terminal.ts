import { once } from "node:events";
import { Transform } from "node:stream";
import { type ConnectHelper, connectHelper } from "../../io/api-helper.ts";
import type { ExecProcess } from "../../io/exec/process.ts";
import type { TerminalSize } from "../../model/stream-request.ts";
import type { UnitName } from "../../model/unit.ts";

/** The first line that the helper sends once it is connected to the terminal. */
const ATTACHED = "attached\n";

/**
 * Connects by `api-helper` to the process that holds the terminal of a container on an image. docs/files.md has the frames. Throws when the
 * socket does not answer.
 */
export async function attachToTerminal(
  unit: UnitName,
  withInput: boolean,
  connect: ConnectHelper = connectHelper,
): Promise<ExecProcess> {
  const socket = await connect();
  socket.write(`terminal ${unit}\n`);
  await once(socket, "readable");
  if (String(socket.read(ATTACHED.length)) !== ATTACHED) {
    socket.destroy();
    throw new Error(`the terminal of ${unit} does not answer`);
  }
  const stdin = new Transform({
    transform: (bytes: Buffer, _, done) => done(null, Buffer.concat(splitInput(bytes).map((each) => frame("i", each)))),
    // The end of the client's input ends the attach, and the program goes on (containerd's `container_io.go: Attach`, v2.1).
    flush: (done) => {
      socket.end();
      done();
    },
  });
  stdin.pipe(socket, { end: false });
  // The connection stays open in one direction otherwise.
  socket.once("end", () => void socket.end());
  // Neither the end nor an error of this connection means that the container has failed.
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

function splitInput(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / MAX_CELLS);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * MAX_CELLS, (at + 1) * MAX_CELLS));
}

/** Returns a frame: a letter, the number of bytes, and the bytes. */
function frame(letter: "i" | "s", bytes: Buffer): Buffer {
  const header = Buffer.from([letter.charCodeAt(0), 0, 0]);
  header.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

function sizeBytes({ width, height }: TerminalSize): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(width, 0);
  bytes.writeUInt16BE(height, 2);
  return bytes;
}
