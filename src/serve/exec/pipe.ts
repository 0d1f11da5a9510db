import { execFile } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** The two ends of a pipe: our own as a stream, and the descriptor to be given away and closed. */
export interface Pipe {
  readonly own: Socket;
  readonly given: number;
}

/**
 * Real pipes, one for each direction. What Node calls a pipe is a pair of sockets, and a program cannot open those by
 * the name of /dev/stdout. Anybody may open them, as the user of the container has to; their names are gone at once.
 */
export async function makePipes(directions: readonly ("in" | "out")[]): Promise<readonly Pipe[]> {
  if (directions.length === 0) return [];
  const directory = mkdtempSync(join(tmpdir(), "unitlet-exec-"));
  try {
    const paths = directions.map((_, at) => join(directory, String(at)));
    await promisify(execFile)("mkfifo", ["--mode=666", ...paths]);
    return paths.map((path, at) => open(path, directions[at] === "in"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function open(path: string, isInput: boolean): Pipe {
  // With this one, opening the others waits for nobody.
  const both = openSync(path, O_RDWR);
  const given = openSync(path, isInput ? O_RDONLY : O_WRONLY);
  const fd = openSync(path, (isInput ? O_WRONLY : O_RDONLY) | O_NONBLOCK);
  closeSync(both);
  return { own: new Socket({ fd, readable: !isInput, writable: isInput }), given };
}
