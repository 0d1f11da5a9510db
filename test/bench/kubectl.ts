import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import type { Node } from "../support/node.ts";
import { run } from "../support/run.ts";

const script = fileURLToPath(new URL("../control-plane/control-plane.sh", import.meta.url));

export interface Transfer {
  readonly megabytes: number;
  /** From the first byte to the last. */
  readonly seconds: number;
}

/** kubectl, as a client of the real API server. */
export class Kubectl {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #namespace: string;

  private constructor(environment: NodeJS.ProcessEnv, namespace: string) {
    this.#environment = environment;
    this.#namespace = namespace;
  }

  static async connect({ namespace }: Node): Promise<Kubectl> {
    const { stdout } = await run(["sh", "-c", `eval "$('${script}' env)" && echo "$KUBECONFIG $PATH"`]);
    const [KUBECONFIG, PATH] = stdout.trim().split(" ");
    return new Kubectl({ ...process.env, KUBECONFIG, PATH }, namespace);
  }

  #spawn(args: readonly string[]) {
    const stdio = ["ignore", "pipe", "inherit"] as const;
    return spawn("kubectl", ["-n", this.#namespace, ...args], { env: this.#environment, stdio: [...stdio] });
  }

  /** Milliseconds. */
  async firstByte(args: readonly string[]): Promise<number> {
    const startedAt = performance.now();
    const child = this.#spawn(args);
    const ended = new Promise((resolve) => child.once("close", resolve));
    const took = await new Promise<number>((resolve, reject) => {
      child.stdout.once("data", () => resolve(performance.now() - startedAt));
      child.once("close", () => reject(new Error(`kubectl ${args.join(" ")} said nothing`)));
    });
    child.stdout.resume();
    await ended;
    return took;
  }

  /** All that it writes. */
  async read(args: readonly string[]): Promise<Transfer> {
    return await transfer(this.#spawn(args).stdout);
  }

  /** All that a port of a pod sends to one client. */
  async readForwarded(name: string, port: number): Promise<Transfer> {
    const child = this.#spawn(["port-forward", `pod/${name}`, `:${port}`]);
    try {
      const [said] = (await once(child.stdout, "data")) as [Buffer];
      const local = Number(/127\.0\.0\.1:(\d+)/.exec(String(said))?.[1]);
      return await transfer(connect({ host: "127.0.0.1", port: local }));
    } finally {
      child.kill();
    }
  }
}

async function transfer(stream: AsyncIterable<Buffer>): Promise<Transfer> {
  let [bytes, startedAt] = [0, 0];
  for await (const piece of stream) {
    startedAt ||= performance.now();
    bytes += piece.length;
  }
  return { megabytes: bytes / 1e6, seconds: (performance.now() - startedAt) / 1000 };
}
