import { type ChildProcess, spawn } from "node:child_process";
import { isHostUnit, logNamespaceOf } from "../../unitfile/names.ts";

/**
 * The arguments of one journalctl for all followers in a namespace. Each process takes memory and one of the 128 inotify
 * instances of a user.
 */
const FOLLOW = ["--quiet", "--follow", "--lines=1", "--output=export", "--output-fields=_SYSTEMD_UNIT"];

/**
 * The shortest interval between two reads of one follower, and its growth per follower. A read takes some milliseconds of CPU.
 */
const DEBOUNCE_MS = 200;
const DEBOUNCE_PER_LISTENER_MS = 10;

/** The interval of notifications while journalctl does not run. */
const POLL_INTERVAL_MS = 1000;

/** The journal of the host. */
const HOST = "";

function namespaceOf(unit: string): string {
  return isHostUnit(unit) ? HOST : logNamespaceOf(unit);
}

/** Notifies listeners when the unit of their container has written to the journal. */
export class JournalNotifier {
  readonly #namespaces = new Map<string, NamespaceNotifier>();

  /** Returns a listener that is notified of entries from now on, and sometimes of older ones. */
  listen(unit: string): Listener {
    const namespace = namespaceOf(unit);
    const notifier = this.#namespaces.get(namespace) ?? new NamespaceNotifier(namespace);
    this.#namespaces.set(namespace, notifier);
    return notifier.listen(unit);
  }

  /** Removes a listener. The journalctl of a namespace ends with the last one. */
  unlisten(listener: Listener): void {
    const namespace = namespaceOf(listener.unit);
    if (this.#namespaces.get(namespace)?.unlisten(listener)) this.#namespaces.delete(namespace);
  }
}

class NamespaceNotifier {
  readonly #namespace: string;
  readonly #listeners = new Set<Listener>();
  #child: ChildProcess | undefined;
  #pollTimer: NodeJS.Timeout | undefined;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  listen(unit: string): Listener {
    const listener = new Listener(unit, () => DEBOUNCE_MS + DEBOUNCE_PER_LISTENER_MS * this.#listeners.size);
    this.#listeners.add(listener);
    if (this.#child === undefined) this.#start();
    return listener;
  }

  /** Returns true when this was the last listener, and journalctl ends. */
  unlisten(listener: Listener): boolean {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return false;
    clearInterval(this.#pollTimer);
    this.#pollTimer = undefined;
    this.#child?.kill();
    this.#child = undefined;
    return true;
  }

  #start(): void {
    const of = this.#namespace === HOST ? [] : [`--namespace=${this.#namespace}`, "_TRANSPORT=stdout"];
    const child = spawn("journalctl", [...FOLLOW, ...of], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child = child;
    let rest = "";
    let isReady = false;
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const units = new Set(lines.map((line) => (line.startsWith("_SYSTEMD_UNIT=") ? line.slice(14) : "")));
      // The first entry is an old one. From now on no entry is missed, but entries before may have been.
      for (const listener of this.#listeners) if (!isReady || units.has(listener.unit)) listener.notify();
      isReady = true;
    });
    child.on("error", () => this.#poll(child));
    child.on("close", () => this.#poll(child));
  }

  #poll(child: ChildProcess): void {
    if (this.#child !== child || this.#pollTimer !== undefined) return;
    this.#pollTimer = setInterval(() => {
      for (const listener of this.#listeners) listener.notify();
    }, POLL_INTERVAL_MS);
  }
}

/** One follower of the entries of a unit. */
export class Listener {
  readonly unit: string;
  readonly #pause: () => number;
  #isNotified = false;
  #wake: (() => void) | undefined;

  constructor(unit: string, pause: () => number) {
    this.unit = unit;
    this.#pause = pause;
  }

  notify(): void {
    this.#isNotified = true;
    this.#wake?.();
  }

  /** Waits for a notification since the last call. Notifications within the debounce interval count as one. */
  async next(): Promise<void> {
    if (!this.#isNotified)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    await new Promise((resolve) => setTimeout(resolve, this.#pause()));
    this.#isNotified = false;
  }
}
