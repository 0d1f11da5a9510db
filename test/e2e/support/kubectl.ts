import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isTransient, KUBECTL_RETRIES } from "../../support/kubectl-errors.ts";
import type { Node } from "../../support/node.ts";
import { countRetry } from "../../support/retries.ts";
import { startInTerminal, type TerminalProgram } from "../../support/script-terminal.ts";
import { until } from "../../support/until.ts";

const script = fileURLToPath(new URL("../../control-plane/control-plane.sh", import.meta.url));

export interface KubectlOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export interface KubectlResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number | null;
}

/** A process of kubectl in the node's namespace, with streams. Without `stdin`, its standard input stays open. */
export class Kubectl {
  readonly child: ChildProcess;
  readonly ended: Promise<KubectlResult>;
  #stdout: Buffer[] = [];
  #stderr = "";

  constructor({ namespace }: Node, args: readonly string[], { stdin, env = {} }: KubectlOptions = {}) {
    this.child = spawn(script, ["kubectl", "-n", namespace, ...args], { env: { ...process.env, ...env } });
    this.child.stdout?.on("data", (piece: Buffer) => this.#stdout.push(piece));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    // kubectl may exit without reading its input.
    this.child.stdin?.on("error", () => {});
    if (stdin !== undefined) this.child.stdin?.end(stdin);
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code) => resolve({ stdout: Buffer.concat(this.#stdout), stderr: this.#stderr, code }));
    });
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  async waitForOutput(pattern: RegExp): Promise<string> {
    const poll = () => {
      const said = Buffer.concat(this.#stdout).toString();
      return [pattern.test(said), said] as const;
    };
    return (await until(poll, { what: `${pattern} from kubectl` }))[1];
  }
}

/** Runs kubectl in the node's namespace and waits for its end. Returns its output as texts. */
export async function kubectl(node: Node, args: readonly string[], options: KubectlOptions = {}) {
  const call = () => new Kubectl(node, args, { stdin: "", ...options }).ended;
  let result = await call();
  for (let at = 0; at < KUBECTL_RETRIES && isTransient(args, result.stderr); at += 1) {
    if (at === 0) countRetry(`kubectl ${args.join(" ")}`, result.stderr);
    result = await call();
  }
  return { ...result, stdout: result.stdout.toString() };
}

/** A process of kubectl on a terminal. */
export class Terminal {
  readonly ended: Promise<number>;
  readonly #process: TerminalProgram;
  #said = "";

  constructor({ namespace }: Node, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const kept = ["PATH", "HOME", "UNITLET_TEST_STATE", "XDG_CACHE_HOME"].flatMap(
      (name) => `${name}=${process.env[name] ?? ""}`,
    );
    const variables = [...kept, ...Object.entries(env).map((pair) => pair.join("="))];
    const command = ["env", ...variables, script, "kubectl", "-n", namespace, ...args];
    this.#process = startInTerminal(command, 91, 31);
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
    // The output is complete when its stream is closed.
    const silence = new Promise((resolve) => this.#process.stdout.once("close", resolve));
    this.ended = Promise.all([this.#process.ended, silence]).then(([code]) => code);
  }

  type(text: string): void {
    this.#process.stdin.write(text);
  }

  resize(width: number, height: number): void {
    this.#process.resize(width, height);
  }

  /** Ends the terminal, as closing its window does. */
  close(): void {
    this.#process.end();
  }

  async waitForOutput(pattern: RegExp): Promise<string> {
    await until(() => [pattern.test(this.#said), this.#said], { what: `${pattern} on the terminal` });
    return this.#said;
  }
}
