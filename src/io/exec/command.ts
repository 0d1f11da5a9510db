import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { StreamRequest, TerminalSize } from "../../model/stream-request.ts";
import type { UnitName } from "../../model/unit.ts";
import { type ConnectHelper, connectHelper, HelperLines } from "../api-helper.ts";
import type { ExecProcess } from "./process.ts";

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/** A command for a running container. */
export interface ContainerCommand {
  readonly unit: UnitName;
  /** Without words it is the container's own command. */
  readonly argv: readonly string[];
  readonly requested: StreamRequest;
  /** The size of the client's terminal, if it is known. */
  readonly size?: TerminalSize | undefined;
}

/**
 * Starts a command in a container by `api-helper`. Each requested stream is a named pipe, since a program cannot open a socket
 * as /dev/stdout. A terminal has one pipe for its output. Throws when the kernel cannot start the command.
 */
export async function startCommand(
  command: ContainerCommand,
  connect: ConnectHelper = connectHelper,
): Promise<ExecProcess> {
  const socket = await connect();
  const lines = new HelperLines(socket);
  let pipes: Pipes;
  try {
    socket.write(requestBytes(command));
    pipes = openPipes(await lines.next("pipes"), command.requested);
    socket.write("start\n");
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const ended = lines.next("exited").then(Number);
  const close = () => void socket.destroy();
  ended.then(close, close);
  return {
    ...pipes,
    ended,
    resize: ({ width, height }) => void socket.write(`size ${width} ${height}\n`),
    // The helper then ends the command with all that it has started, and answers at once.
    end: () => void socket.end(),
  };
}

/** Returns the request. Throws when a word contains a NUL byte, which no program can get. */
function requestBytes({ unit, argv, requested, size }: ContainerCommand): Buffer {
  if (argv.some((word) => word.includes("\0"))) throw new Error("a word of the command contains a NUL byte");
  const { stdin, stdout, stderr, tty } = requested;
  const streams = [stdin && "i", stdout && "o", stderr && "e", tty && "t"].filter(Boolean).join("");
  const words = Buffer.from(argv.map((word) => `${word}\0`).join(""));
  const { width = 0, height = 0 } = size ?? {};
  return Buffer.concat([Buffer.from(`exec ${unit} ${streams} ${width} ${height} ${words.length}\n`), words]);
}

type Pipes = Pick<ExecProcess, "stdin" | "stdout" | "stderr">;

/** Opens the port's ends of the pipes in a directory of the helper, which has opened the other ends. */
function openPipes(directory: string, { stdin, stdout, stderr, tty }: StreamRequest): Pipes {
  const open = (name: string, flags: number) => openSync(join(directory, name), flags | O_NONBLOCK);
  const readable = (name: string) => new Socket({ fd: open(name, O_RDONLY), readable: true, writable: false });
  return {
    ...(stdin && { stdin: new Socket({ fd: open("i", O_WRONLY), readable: false, writable: true }) }),
    ...((stdout || tty) && { stdout: readable("o") }),
    ...(stderr && !tty && { stderr: readable("e") }),
  };
}
