import { createConnection, type Socket } from "node:net";
import { API_HELPER_SOCKET } from "../model/paths.ts";

/** Opens a connection to a new process of the helper `api-helper`, which acts as root. */
export type ConnectHelper = () => Promise<Socket>;

/** Connects to the socket at which systemd starts one `api-helper` for each connection. Throws when systemd does not listen. */
export async function connectHelper(): Promise<Socket> {
  const socket = createConnection({ path: API_HELPER_SOCKET, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  // Readers learn of an error by the end of the lines.
  return socket.on("error", () => undefined);
}

/** Sends a request and returns the lines of the whole answer. Throws when the connection fails. */
export async function askHelper(request: string, connect: ConnectHelper = connectHelper): Promise<readonly string[]> {
  const socket = await connect();
  socket.write(`${request}\n`);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return text.split("\n").slice(0, -1);
}

/** The lines that the helper sends while a connection is open. */
export class HelperLines {
  readonly #lines: AsyncGenerator<string>;

  constructor(socket: Socket) {
    this.#lines = linesOf(socket);
  }

  /** Returns what follows `word` in the next line. Throws with the helper's reason after another line, and at the end. */
  async next(...words: readonly string[]): Promise<string> {
    const { value = "" } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    const [, word = "", rest = ""] = /^(\w+) ?(.*)$/.exec(value) ?? [];
    if (words.includes(word)) return rest;
    throw new Error(
      word === "failed" ? rest : "the command could not be started: see journalctl -t unitlet-api-helper",
    );
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) {
    const lines = (text + chunk).split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
