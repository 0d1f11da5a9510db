import { fileURLToPath } from "node:url";
import { type RunOptions, type RunResult, run } from "./run.ts";
import { type UntilOptions, until } from "./until.ts";

const script = fileURLToPath(new URL("../machine/machine.sh", import.meta.url));

export interface MachineOptions {
  /** The network; `private` is a namespace, so that the ports of several machines do not conflict. */
  readonly net?: "host" | "private";
  /**
   * The LAN of a machine with a private network: machines with the same name here are on one bridge. Only machines of the
   * kind nspawn can be.
   */
  readonly lan?: string;
  readonly machineId?: string;
  /** The root file system of another distribution; the files of this host if undefined. */
  readonly root?: string;
  /** True for a file system at /var/lib/unitlet on which overlays can be made. The machine's own files do not allow that. */
  readonly ownDisk?: boolean;
}

/** A temporary machine with systemd as PID 1. `await using machine = await Machine.boot(…)` also removes it. */
export class Machine implements AsyncDisposable {
  readonly name: string;
  /** The address of the machine for this host. `hostAddress` is that of this host for the machine. */
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
    if (options.lan) flags.push("--lan", options.lan);
    if (options.machineId) flags.push("--machine-id", options.machineId);
    if (options.ownDisk) flags.push("--own-disk", "yes");
    if (options.root) flags.push("--root", options.root);
    // An earlier run with UNITLET_KEEP may have left a machine of this name.
    if (process.env.UNITLET_KEEP === "1") await run([script, "down", name], { allowFailure: true });
    await manage("up", name, ...flags);
    return new Machine(name, await ask("addr", name), await ask("host-addr", name));
  }

  /** Runs a shell script (a string) or one command (a list) in the machine. */
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

  /** Returns the jobs of systemd and the last lines of the journal, for the message of a failed test. */
  async recentLog(): Promise<string> {
    const { stdout } = await this.exec(
      "systemctl list-jobs --no-pager; journalctl --namespace='*' --lines=60 --output=short-precise",
    );
    return `${this.name}, lately:\n${stdout}`;
  }

  /** Copies what is in a directory of this host into a directory of the machine. */
  async put(directory: string, path: string): Promise<void> {
    await manage("put", this.name, directory, path);
  }

  /** Powers the machine off and boots it again with the same files. */
  async reboot(): Promise<void> {
    await manage("reboot", this.name);
  }

  /** Kills the machine and boots it again with the same files. */
  async crash(): Promise<void> {
    await manage("crash", this.name);
  }

  /** Kills the machine. `crash` boots it again. */
  async kill(): Promise<void> {
    await manage("kill", this.name);
  }

  async down(): Promise<void> {
    await manage("down", this.name);
  }

  /** Removes the machine at the end of a test file, unless UNITLET_KEEP is set. */
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
