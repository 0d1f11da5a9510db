import { fileURLToPath } from "node:url";
import { type RunOptions, type RunResult, run } from "./run.ts";
import { type UntilOptions, until } from "./until.ts";

const script = fileURLToPath(new URL("../machine/machine.sh", import.meta.url));

export interface MachineOptions {
  /** `private`: a network of its own, where ports of several machines do not clash. */
  readonly net?: "host" | "private";
  readonly machineId?: string;
  /** Another distribution's root instead of this host's. */
  readonly root?: string;
  /** A file system below /var/lib/unitlet that can hold the upper half of an overlay, as the machine's own cannot. */
  readonly ownDisk?: boolean;
}

/** A throwaway machine with systemd as PID 1. `await using machine = await Machine.boot(…)` also removes it. */
export class Machine implements AsyncDisposable {
  readonly name: string;
  /** Where it can be reached from this host, and this host from it. */
  readonly address: string;
  readonly hostAddress: string;

  private constructor(name: string, address: string, hostAddress: string) {
    this.name = name;
    this.address = address;
    this.hostAddress = hostAddress;
  }

  static async boot(name: string, options: MachineOptions = {}): Promise<Machine> {
    const flags: string[] = [];
    if (options.net) flags.push("--net", options.net);
    if (options.machineId) flags.push("--machine-id", options.machineId);
    if (options.ownDisk) flags.push("--own-disk", "yes");
    if (options.root) flags.push("--root", options.root);
    // One that an earlier run has kept.
    if (process.env.UNITLET_KEEP === "1") await run([script, "down", name], { allowFailure: true });
    await manage("up", name, ...flags);
    return new Machine(name, await ask("addr", name), await ask("host-addr", name));
  }

  /** A string is a shell script, a list is one command. */
  exec(command: string | readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const words = typeof command === "string" ? ["sh", "-c", command] : command;
    return run([script, "exec", this.name, ...words], options);
  }

  async write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const create = 'mkdir -p "$(dirname "$1")" && rm -f "$1" && umask 077 && cat >"$1" && chmod "$2" "$1"';
    await this.exec(["sh", "-c", create, "sh", path, mode.toString(8)], { stdin: content });
  }

  async read(path: string): Promise<string> {
    return (await this.exec(["cat", path])).stdout;
  }

  until<T>(probe: () => Promise<T> | T, options: UntilOptions): Promise<T> {
    return until(probe, { diagnose: () => this.recentLog(), ...options });
  }

  /** What a failed test on another computer leaves to be understood by. */
  async recentLog(): Promise<string> {
    const { stdout } = await this.exec("systemctl list-jobs --no-pager; journalctl --lines=60 --output=short-precise");
    return `${this.name}, lately:\n${stdout}`;
  }

  /** The host's view of its files, without /run and /tmp. */
  root(): Promise<string> {
    return ask("root", this.name);
  }

  /** A clean power-off, then the same files boot again. */
  async reboot(): Promise<void> {
    await manage("reboot", this.name);
  }

  /** Killed without warning, then the same files boot again. */
  async crash(): Promise<void> {
    await manage("crash", this.name);
  }

  async down(): Promise<void> {
    await manage("down", this.name);
  }

  /** What the end of a test file does; kept machines are left to be looked at. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (process.env.UNITLET_KEEP !== "1") await this.down();
  }
}

function manage(...args: string[]): Promise<RunResult> {
  return run([script, ...args], { timeout: 180_000 });
}

async function ask(...args: string[]): Promise<string> {
  return (await manage(...args)).stdout.trim();
}
