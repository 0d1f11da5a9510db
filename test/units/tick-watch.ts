import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { fileNumbers } from "../../src/io/unchanged-marks.ts";
import { WATCH_SILENCE_MS } from "../../src/io/watch-connection.ts";
import { renewalBody } from "../../src/report/node/lease.ts";
import { TickHost } from "./ticks.ts";

/** Returns what the kernel says of a process; nothing once it has ended. */
function statOf(pid = 0): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}

/** A host with a watch. The files are as `pod-watch` writes them, and another program stands for it. */
export class WatchedHost implements Disposable {
  readonly host = new TickHost();
  /** Changes of the list that the watch has not brought yet. */
  pending = 0;
  isConnected = false;
  isSilent = false;
  #process: ChildProcess | undefined;
  #version = 0;
  #seenVersion = 0;

  constructor() {
    this.connect();
    this.fullRun();
  }

  at(name: string): string {
    return this.host.at(name);
  }

  /** The API server accepts the watch of another process, and the watch brings what is there now. */
  connect(): void {
    this.#process?.kill("SIGKILL");
    this.#process = spawn("sleep", ["600"]);
    const { pid } = this.#process;
    const started = statOf(pid)
      .replace(/^.*\) /s, "")
      .split(" ")[19];
    writeFileSync(this.at("watch-connection"), `${pid} ${started}\n`);
    this.isConnected = true;
    this.pending = 0;
    this.#hear();
    this.request();
  }

  /** A pod changes at the API server. */
  change(): void {
    this.#version += 1;
    this.pending += 1;
    this.host.answer({ items: `[${this.#version}]` });
  }

  /** The watch brings what has changed. */
  deliver(): void {
    if (!this.isConnected || this.pending === 0) return;
    appendFileSync(this.at("watch-connection"), ".");
    this.pending = 0;
    this.#hear();
    this.request();
  }

  bookmark(): void {
    if (this.isConnected) this.#hear();
  }

  /** The process of the watch gets a signal that ends or stops it, and leaves its files behind. */
  end(signal: "SIGKILL" | "SIGSTOP"): void {
    if (!this.isConnected) return;
    this.#process?.kill(signal);
    while (/\) [DRS] /.test(statOf(this.#process?.pid)));
    this.isConnected = false;
  }

  /** Nothing comes over the connection any more. */
  fallSilent(ms = WATCH_SILENCE_MS + 1000): void {
    const at = (Date.now() - ms) / 1000;
    utimesSync(this.at("watch-heard"), at, at);
    this.isSilent = true;
  }

  request(): void {
    writeFileSync(this.at("sync-requested"), "");
  }

  /** A run that was killed after it had taken the request. */
  loseRun(): void {
    rmSync(this.at("sync-requested"), { force: true });
  }

  /** A full run without changes. `meanwhile` happens after it has looked at the watch, and before its list. */
  fullRun(meanwhile: () => void = () => undefined): void {
    rmSync(this.at("sync-requested"), { force: true });
    const numbers = fileNumbers(this.at("watch-connection"));
    meanwhile();
    this.#seenVersion = this.#version;
    const [heard, connection] = [this.at("watch-heard"), this.at("watch-connection")];
    const watch = numbers === undefined ? {} : { watch: { ms: WATCH_SILENCE_MS, heard, numbers, connection } };
    const renewal = { stamp: this.at("renewed"), ms: 9500, config: "/lease.curl", body: renewalBody("node-1") };
    this.host.fullRun({ more: { ...watch, renewal, fresh: { path: this.at("lease"), ms: 60_000 } } });
    this.renewed(0);
  }

  renewed(ms: number): void {
    const at = (Date.now() - ms) / 1000;
    writeFileSync(this.at("renewed"), "");
    utimesSync(this.at("renewed"), at, at);
  }

  /** Returns whether the tick skips the run, and the words of its call of curl, if there was one. */
  tick(): { readonly isSkipped: boolean; readonly words: readonly string[] } {
    rmSync(this.at("bin/words"), { force: true });
    const isSkipped = this.host.isSkipped();
    const hasAsked = existsSync(this.at("bin/words"));
    return { isSkipped, words: hasAsked ? readFileSync(this.at("bin/words"), "utf8").trimEnd().split("\n") : [] };
  }

  /** True when the API server has another list than the last run has seen. */
  get isListOther(): boolean {
    return this.#version !== this.#seenVersion;
  }

  #hear(): void {
    writeFileSync(this.at("watch-heard"), "");
    this.isSilent = false;
  }

  [Symbol.dispose](): void {
    this.#process?.kill("SIGKILL");
    this.host[Symbol.dispose]();
  }
}
