import type { Message, MessageBus } from "dbus-next";
import dbus from "dbus-next";
import { onTimeout } from "../timeout.ts";

const ADDRESS = "unix:socket=/run/dbus/system_bus_socket";
/** systemd does not answer while it reloads or forks for many units. A shorter limit would fail whole runs. */
const CALL_TIMEOUT_MS = 10_000;
/** The number of calls at a time. dbus-daemon allows 128 pending replies on one connection. */
const MAX_IN_FLIGHT = 96;

/** systemd or D-Bus rejected a call or did not answer. `type` is the D-Bus error name, "" when there was no answer. */
export class BusError extends Error {
  override readonly name = "BusError";
  readonly type: string;

  constructor(message: string, type: string) {
    super(message);
    this.type = type;
  }
}

interface Connection {
  on(event: string, listener: (error?: Error) => void): void;
}

/**
 * The system bus with three features that dbus-next lacks: calls fail when the connection is lost, each has a timeout, and
 * their number is limited.
 */
export class Bus {
  readonly #bus: MessageBus;
  readonly #pending = new Set<(error: BusError) => void>();
  readonly #waiting: (() => void)[] = [];
  #lost: BusError | undefined;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
    const lose = (what: string) => (error?: Error) =>
      this.#fail(new BusError(`${what}${error?.message ? `: ${error.message}` : ""}`, ""));
    bus.on("error", lose("Lost the connection to D-Bus"));
    const connection = (bus as unknown as { _connection: Connection })._connection;
    for (const event of ["end", "close", "error"]) connection.on(event, lose("D-Bus closed the connection"));
  }

  /** Connects to the system bus. Throws BusError. */
  static async connect(): Promise<Bus> {
    const bus = dbus.sessionBus({ busAddress: ADDRESS } as never);
    const connected = new Bus(bus);
    await connected.#bounded("Hello", new Promise((resolve) => bus.once("connect", () => resolve(undefined))));
    return connected;
  }

  /** Returns the body of the reply. Throws BusError. */
  async call(message: {
    path: string;
    interface: string;
    member: string;
    signature?: string;
    body?: unknown[];
    destination?: string;
  }): Promise<unknown[]> {
    while (this.#pending.size >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const call = this.#bus.call(new dbus.Message({ destination: "org.freedesktop.systemd1", ...message } as never));
    const reply = await this.#bounded(message.member, call);
    return reply?.body ?? [];
  }

  /** Returns the value of a property of a D-Bus object. */
  async property(path: string, of: string, name: string): Promise<unknown> {
    const call = { path, interface: "org.freedesktop.DBus.Properties", member: "Get", signature: "ss" };
    const [variant] = await this.call({ ...call, body: [of, name] });
    return (variant as { value: unknown }).value;
  }

  /** Asks dbus-daemon for the signals that a rule matches. */
  async addMatch(rule: string): Promise<void> {
    const daemon = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
    await this.call({ ...daemon, interface: "org.freedesktop.DBus", member: "AddMatch", signature: "s", body: [rule] });
  }

  /** Calls the listener with the name and the body of each D-Bus signal. */
  onSignal(listener: (member: string, body: unknown[]) => void): void {
    this.#bus.on("message", (message: Message) => {
      if ((message as { type: number }).type === dbus.MessageType.SIGNAL)
        listener(String(message.member), message.body);
    });
  }

  close(): void {
    this.#lost ??= new BusError("The connection to D-Bus is closed", "");
    this.#bus.disconnect();
  }

  async #bounded<T>(what: string, work: Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost;
    let fail: (error: BusError) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const cancelTimeout = onTimeout(CALL_TIMEOUT_MS, () =>
      fail(new BusError(`${what}: systemd did not answer within ${CALL_TIMEOUT_MS} ms`, "")),
    );
    this.#pending.add(fail);
    try {
      return await Promise.race([work, lost]);
    } catch (error) {
      throw error instanceof BusError ? error : asBusError(what, error);
    } finally {
      cancelTimeout();
      this.#pending.delete(fail);
      this.#waiting.shift()?.();
    }
  }

  #fail(error: BusError): void {
    this.#lost ??= error;
    for (const fail of this.#pending) fail(this.#lost);
  }
}

function asBusError(what: string, error: unknown): BusError {
  const { type, text, message } = error as { type?: string; text?: string; message?: string };
  return new BusError(`${what}: ${text ?? message ?? String(error)}`, type ?? "");
}

export const NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

/** Returns the result of a call; undefined when systemd says that the unit or its process is gone. */
export async function ignoreGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const gone = [NO_SUCH_UNIT, "org.freedesktop.systemd1.NoSuchProcess"];
    if (!(error instanceof BusError && gone.includes(error.type))) throw error;
    return undefined;
  }
}
