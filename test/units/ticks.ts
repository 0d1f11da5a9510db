import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { filesFingerprint } from "../../src/io/host/fingerprint.ts";
import { fileLine, type Marks, marksText } from "../../src/io/unchanged-marks.ts";
import { isCurrent } from "../../src/run/fast-path.ts";
import { isLeaseDue, RENEW_INTERVAL_MS } from "../../src/run/heartbeat.ts";
import { digest } from "../../src/unitfile/hash.ts";

/** The default of `syncFrequency`. */
const MAX_AGE_MS = 60_000;

export const HELPER = resolve("units/helpers/agent/run-needed");
const FILES = ["a", "b", "dir", "link", "broken", "circle", "missing"];
const UNCHANGED = 77;
/** A program in place of curl. */
const CURL = `#!/bin/sh
printf '%s\\n' "$@" >"\${0%/*}/words"
case " $* " in *" --data "*) cat "\${0%/*}/renewed" ;; esac
case " $* " in *" --config /x y "*) ;; *) exit ;; esac
cat "\${0%/*}/answer"
printf '\\n%s' "$(cat "\${0%/*}/status")"
exit "$(cat "\${0%/*}/exit")"
`;

/** The files of a host and the answer of an API server, for ticks that a full run has left marks for. */
export class TickHost implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "unitlet-tick-"));
  #seen = { fingerprint: "", until: 0 };

  constructor() {
    for (const name of ["dir", "running", "bin"]) mkdirSync(this.at(name));
    for (const name of ["a", "b", "dir/c"]) writeFileSync(this.at(name), "1");
    symlinkSync("a", this.at("link"));
    symlinkSync("nowhere", this.at("broken"));
    symlinkSync("circle", this.at("circle"));
    this.start("one");
    this.start("two");
    symlinkSync("0", this.at("running/invocation:other.service"));
    writeFileSync(this.at("bin/curl"), CURL, { mode: 0o755 });
    this.answer({});
    this.renews(200);
    this.fullRun();
  }

  at(name: string): string {
    return join(this.directory, name);
  }

  /** Sets what curl prints and how it ends. */
  answer({ items = "[]", version = 1, status = 200, exit = 0 }): void {
    const body = `{"kind":"PodList","metadata":{"resourceVersion":"${version}"},"items":${items}}\n`;
    writeFileSync(this.at("bin/answer"), body);
    writeFileSync(this.at("bin/status"), String(status));
    writeFileSync(this.at("bin/exit"), String(exit));
  }

  /** Sets how the API server answers a renewal of the lease. */
  renews(status: number): void {
    writeFileSync(this.at("bin/renewed"), `${status}\n`);
  }

  /** Starts a unit, whose invocation gets another ID each time. */
  start(unit: string): void {
    const link = this.at(`running/invocation:unitlet.${unit}.service`);
    rmSync(link, { force: true });
    symlinkSync(String(Math.random()).slice(2), link);
  }

  /** Sets the age of the last renewal of the lease, in milliseconds. */
  age(ms: number): void {
    const at = (Date.now() - ms) / 1000;
    writeFileSync(this.at("lease"), "");
    utimesSync(this.at("lease"), at, at);
  }

  /** Stores the marks, as a full run does that ends now and had nothing to do. They count for `validFor` milliseconds. */
  fullRun({ validFor = MAX_AGE_MS, more = {} as Partial<Marks> } = {}): void {
    this.age(0);
    const until = Date.now() + validFor;
    const { items } = this.#list();
    const list = { config: "/x y", bytes: Buffer.byteLength(items), digest: digest(items, 40) };
    const marks: Marks = {
      from: until - MAX_AGE_MS,
      until,
      files: FILES.map((name) => fileLine(this.at(name))),
      absent: [this.at("sync-requested")],
      links: { directory: this.at("running"), prefix: "invocation:unitlet.", targets: this.#running() },
      fresh: { path: this.at("lease"), ms: RENEW_INTERVAL_MS },
      list,
      count: this.at("skipped"),
      ...more,
    };
    writeFileSync(this.at("marks"), marksText(marks, hostname()) ?? "");
    this.#seen = { fingerprint: this.#fingerprint(), until };
  }

  /** True when the helper, or a copy of it, says that no run is needed. */
  isSkipped(path = `${this.at("bin")}:${process.env.PATH}`, helper = HELPER): boolean {
    const env = { PATH: path };
    return spawnSync(helper, [this.at("marks")], { env }).status === UNCHANGED;
  }

  /** True when a run would end on the fast path, and does nothing else. */
  isUnchanged(now: number): boolean {
    return (
      isCurrent(this.#seen, now, MAX_AGE_MS) &&
      !isLeaseDue(now, this.at("lease")) &&
      !readdirSync(this.directory).includes("sync-requested") &&
      this.#list().isAnswered &&
      this.#fingerprint() === this.#seen.fingerprint
    );
  }

  #list(): { readonly isAnswered: boolean; readonly items: string } {
    const [body, status, exit] = ["answer", "status", "exit"].map((name) =>
      readFileSync(this.at(`bin/${name}`), "utf8"),
    );
    return {
      isAnswered: status === "200" && exit === "0",
      items: (body ?? "").slice(Math.max(0, (body ?? "").indexOf('"items":'))),
    };
  }

  #running(): ReadonlyMap<string, string> {
    const ours = readdirSync(this.at("running")).filter((name) => name.startsWith("invocation:unitlet."));
    return new Map(ours.toSorted().map((name) => [name, readlinkSync(this.at(`running/${name}`))]));
  }

  #fingerprint(): string {
    const running = [...this.#running()].flat().join(" ");
    return `${digest(this.#list().items, 40)} ${running} ${filesFingerprint(FILES.map((name) => this.at(name)))}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }
}
