import { type ChildProcess, spawn } from "node:child_process";

/** One journalctl for all who follow: each one would cost memory and one of the 128 inotify instances that a user may have. */
const FOLLOW = [
  "--quiet",
  "--follow",
  "--lines=1",
  "--output=export",
  "--output-fields=_SYSTEMD_UNIT",
  "_TRANSPORT=stdout",
];

/** Reading costs some milliseconds of CPU: who follows reads so seldom at most, and more seldom in company. */
const DEBOUNCE_MS = 200;
const DEBOUNCE_PER_LISTENER_MS = 10;

/** While there is no journalctl that could tell. */
const POLL_INTERVAL_MS = 1000;

/** Rings for each unit that has written something. */
export class JournalNotifier {
  readonly #listeners = new Set<Listener>();
  #child: ChildProcess | undefined;
  #guesses: NodeJS.Timeout | undefined;

  /** What is written from now on rings, and sometimes what was written before. */
  listen(unit: string): Listener {
    const listener = new Listener(unit, () => DEBOUNCE_MS + DEBOUNCE_PER_LISTENER_MS * this.#listeners.size);
    this.#listeners.add(listener);
    if (this.#child === undefined) this.#start();
    return listener;
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#guesses);
    this.#guesses = undefined;
    this.#child?.kill();
    this.#child = undefined;
  }

  #start(): void {
    const child = spawn("journalctl", FOLLOW, { stdio: ["ignore", "pipe", "ignore"] });
    this.#child = child;
    let rest = "";
    let isReady = false;
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const units = new Set(lines.map((line) => (line.startsWith("_SYSTEMD_UNIT=") ? line.slice(14) : "")));
      // The first entry is an old one: it tells that from now on none is missed, but some may have been.
      for (const listener of this.#listeners) if (!isReady || units.has(listener.unit)) listener.ring();
      isReady = true;
    });
    child.on("error", () => this.#guess(child));
    child.on("close", () => this.#guess(child));
  }

  #guess(child: ChildProcess): void {
    if (this.#child !== child || this.#guesses !== undefined) return;
    this.#guesses = setInterval(() => {
      for (const listener of this.#listeners) listener.ring();
    }, POLL_INTERVAL_MS);
  }
}

export class Listener {
  readonly unit: string;
  readonly #pause: () => number;
  #isRung = false;
  #wake: (() => void) | undefined;

  constructor(unit: string, pause: () => number) {
    this.unit = unit;
    this.#pause = pause;
  }

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Returns after a ring since the last call; rings that come close together are one. */
  async next(): Promise<void> {
    if (!this.#isRung)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    await new Promise((resolve) => setTimeout(resolve, this.#pause()));
    this.#isRung = false;
  }
}
