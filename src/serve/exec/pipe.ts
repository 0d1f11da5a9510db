import { execFile } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** The two ends of a pipe: our end as a stream, and the descriptor of the child process, which the caller closes. */
export interface Pipe {
  readonly own: Socket;
  readonly given: number;
}

/**
 * Creates one FIFO for each direction. Node's own "pipes" are sockets, which a program cannot open as /dev/stdout. The mode
 * is 0666, because the user of the container opens them; their names are removed at once.
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
  // Holding this end open keeps open(2) on the others from blocking.
  const both = openSync(path, O_RDWR);
  const given = openSync(path, isInput ? O_RDONLY : O_WRONLY);
  const fd = openSync(path, (isInput ? O_WRONLY : O_RDONLY) | O_NONBLOCK);
  closeSync(both);
  return { own: new Socket({ fd, readable: !isInput, writable: isInput }), given };
}
