import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../../support/cluster.ts";
import { run } from "../../support/run.ts";
import type { Target } from "./targets.ts";

const build = fileURLToPath(new URL("../../vegeta/build.sh", import.meta.url));

/** How the answers of an attack were. Times are in milliseconds. */
export interface Answers {
  /** Those that were answered with 200. */
  readonly requests: number;
  readonly failed: number;
  readonly median: number;
  readonly p99: number;
}

interface Attack {
  readonly targets: readonly Target[];
  readonly seconds: number;
  /** True for a connection of its own for each request. */
  readonly fresh?: boolean;
  readonly http2?: boolean;
}

interface VegetaReport {
  readonly status_codes: Readonly<Record<string, number>>;
  readonly latencies: { readonly "50th": number; readonly "99th": number };
  readonly errors: readonly string[] | null;
}

/** The load generator (github.com/tsenart/vegeta): it sends requests at their times, whether or not earlier ones are answered. */
export class Vegeta implements AsyncDisposable {
  readonly #program: string;
  readonly #directory: string;
  readonly #identity: readonly string[];
  readonly #held: ChildProcess[] = [];
  #files = 0;

  private constructor(program: string, directory: string, identity: readonly string[]) {
    this.#program = program;
    this.#directory = directory;
    this.#identity = identity;
  }

  static async start(cluster: Cluster): Promise<Vegeta> {
    const program = (await run([build], { timeout: 600_000 })).stdout.trim();
    const admin = join(dirname(cluster.ca), "admin");
    const identity = [`-root-certs=${cluster.ca}`, `-cert=${admin}.crt`, `-key=${admin}.key`];
    return new Vegeta(program, await mkdtemp(join(tmpdir(), "unitlet-vegeta-")), identity);
  }

  /** Sends each target once, evenly over the time. Throws when all answers are errors. */
  async attack({ targets, seconds, fresh = false, http2 = false }: Attack): Promise<Answers> {
    const path = await this.#write(targets);
    const rate = Math.max(1, Math.round((targets.length * 60) / seconds));
    const flags = [`-rate=${rate}/1m`, `-keepalive=${!fresh}`, `-http2=${http2}`];
    await run([this.#program, "attack", ...this.#common(path), ...flags, `-output=${path}.bin`], { timeout: 300_000 });
    const { stdout } = await run([this.#program, "report", "-type=json", `${path}.bin`]);
    const { status_codes: codes, latencies, errors } = JSON.parse(stdout) as VegetaReport;
    const requests = codes["200"] ?? 0;
    if (requests === 0) throw new Error(`no request succeeded: ${errors?.slice(0, 5).join("; ")}`);
    const failed = targets.length - requests;
    return { requests, failed, median: latencies["50th"] / 1e6, p99: latencies["99th"] / 1e6 };
  }

  /** Opens watches, so many a second, and keeps them until `release`. */
  async hold(targets: readonly Target[], http2: boolean, perSecond = 200): Promise<void> {
    if (targets.length === 0) return;
    const path = await this.#write(targets);
    const flags = [`-rate=${perSecond}/1s`, "-timeout=0", `-http2=${http2}`, "-output=/dev/null"];
    this.#held.push(spawn(this.#program, ["attack", ...this.#common(path), ...flags], { stdio: "ignore" }));
  }

  /** Ends all watches. */
  async release(): Promise<void> {
    const ended = this.#held.splice(0).map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null) return resolve();
          child.once("exit", () => resolve());
          child.kill("SIGKILL");
        }),
    );
    await Promise.all(ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
    await rm(this.#directory, { recursive: true });
  }

  #common(targets: string): readonly string[] {
    // With a duration instead of -lazy, a busy computer would lose the last targets.
    return ["-lazy", "-format=json", `-targets=${targets}`, ...this.#identity];
  }

  async #write(targets: readonly Target[]): Promise<string> {
    this.#files += 1;
    const path = join(this.#directory, `${this.#files}`);
    await writeFile(path, targets.map((target) => `${JSON.stringify(target)}\n`).join(""));
    return path;
  }
}
