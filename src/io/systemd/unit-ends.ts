import { type FSWatcher, readlinkSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { ignoreMissing } from "../files.ts";
import { invocationLink } from "./invocations.ts";
import { INVOCATION_DIRECTORY } from "./unit-files.ts";

/** The interval of looks at the links when the kernel has no inotify instance left. */
const POLL_INTERVAL_MS = 200;

interface Awaited {
  readonly link: string;
  readonly invocation: string;
  readonly ended: () => void;
}

/**
 * The ends of units, from changes of the directory in which systemd has a link for each running unit. One watch serves all followers of
 * a process, because a user has 128 inotify instances. While no unit starts or ends, it costs nothing.
 */
export class UnitEnds {
  readonly #directory: string;
  readonly #awaited = new Set<Awaited>();
  #watch: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Calls `ended` once when the link differs from the invocation after this call. Returns a function that cancels this. */
  add(link: string, invocation: string, ended: () => void): () => void {
    const awaited = { link, invocation, ended };
    this.#awaited.add(awaited);
    this.#start();
    return () => this.#remove(awaited);
  }

  #start(): void {
    if (this.#watch !== undefined || this.#timer !== undefined) return;
    try {
      this.#watch = watch(this.#directory, (_, name) => this.#look(name ?? undefined));
      this.#watch.on("error", () => this.#poll());
    } catch {
      this.#poll();
    }
  }

  #poll(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#timer ??= setInterval(() => this.#look(undefined), POLL_INTERVAL_MS);
  }

  #look(name: string | undefined): void {
    for (const each of this.#awaited) {
      if (name !== undefined && name !== each.link) continue;
      if (ignoreMissing(() => readlinkSync(join(this.#directory, each.link))) === each.invocation) continue;
      this.#remove(each);
      each.ended();
    }
  }

  #remove(awaited: Awaited): void {
    this.#awaited.delete(awaited);
    if (this.#awaited.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const unitEnds = new UnitEnds(INVOCATION_DIRECTORY);

/** Calls `ended` once when the unit is no longer active in this invocation. Returns a function that cancels this. */
export function onEnd(unit: string, invocation: string, ended: () => void): () => void {
  return unitEnds.add(basename(invocationLink(unit)), invocation, ended);
}
