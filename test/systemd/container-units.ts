import { readFile } from "node:fs/promises";
import { installedHelpers } from "../support/installed-files.ts";
import { Machine } from "../support/machine.ts";

export interface Container {
  readonly exec: string;
  readonly kind?: "container" | "init";
  readonly policy?: "Always" | "OnFailure" | "Never";
  readonly lines?: string;
  /** Of container-start: the first and the longest pause, and after how long it begins anew, in seconds. */
  readonly pauses?: string;
  /** Given to container-exit: what the shell is to become. */
  readonly program?: string;
}

export interface Exit {
  readonly invocation: string;
  readonly result: string;
  readonly code: string;
  readonly status: string;
  readonly started: number;
  readonly finished: number;
  readonly oom: string;
  readonly executed: string;
  readonly hash: string;
}

export const HASH = "0123abcd";
const RESTART = { Always: "always", OnFailure: "always\nRestartPreventExitStatus=0", Never: "no" };

/** Pods of one container, written by hand, on a machine that has the helpers and nothing else of unitlet. */
export class ContainerUnits {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** With UNITLET_TEST_ROOT on another distribution's files, and so on another version of systemd. */
  static async boot(name: string): Promise<ContainerUnits> {
    const { UNITLET_TEST_ROOT: root } = process.env;
    const machine = await Machine.boot(name, { net: "private", ...(root ? { root } : {}) });
    for (const { source, name, mode } of installedHelpers("container"))
      await machine.write(`/usr/local/lib/unitlet/${name}`, await readFile(source), mode);
    return new ContainerUnits(machine);
  }

  async install(
    pod: string,
    { exec, kind = "container", policy = "Never", lines = "", pauses = "", program = "/bin/true" }: Container,
  ): Promise<void> {
    const helper = (name: string, more: string) =>
      `/usr/local/lib/unitlet/${name} ${unit(pod)} uid-${pod} main ${more}`;
    const text = `[X-Kubernetes]
PodUID=uid-${pod}
Container=main
[Unit]
CollectMode=inactive-or-failed
StartLimitIntervalSec=0
[Service]
Type=${kind === "init" ? "oneshot" : "exec"}
ExecStartPre=+${helper("container-start", `${HASH} ${pauses}`)}
ExecStart=${exec}
ExecStopPost=-+${helper("container-exit", `${kind} ${policy} ${HASH} ${program}`)}
Restart=${kind === "init" ? "on-failure" : RESTART[policy]}
KillMode=mixed
TimeoutStartSec=330
OOMPolicy=kill
UnsetEnvironment=INVOCATION_ID JOURNAL_STREAM LANG LOGNAME SHELL USER
${lines}
`;
    await this.machine.write(`/etc/systemd/system/${unit(pod)}`, text);
  }

  async start(pod: string, container: Container): Promise<void> {
    await this.install(pod, container);
    await this.machine.exec(["systemctl", "start", unit(pod)], { allowFailure: true });
  }

  async exits(pod: string): Promise<Exit[]> {
    const { stdout } = await this.machine.exec(["cat", `${data(pod)}/main.exits`], { allowFailure: true });
    return stdout.split("\n").slice(0, -1).map(parseExit);
  }

  /** Writes a log of exits, all of them since boot. */
  async writeExits(pod: string, lines: readonly string[]): Promise<void> {
    await this.machine.write(`${data(pod)}/main.exits`, `${lines.join("\n")}\n`);
    await this.machine.write(`${volatile(pod)}/main.booted`, "\n");
  }
}

export function unit(pod: string): string {
  return `unitlet.test.${pod}.main.service`;
}

export function data(pod: string): string {
  return `/var/lib/unitlet/pods/uid-${pod}`;
}

export function volatile(pod: string): string {
  return `/run/unitlet/pods/uid-${pod}`;
}

/** A crash, as a line of the exit log. */
export function crashLine(started: number, finished: number, hash = HASH): string {
  return `${"e".repeat(32)} exit-code exited 1 ${started.toFixed(3)} ${finished.toFixed(3)} 0 1 ${hash}`;
}

function parseExit(line: string): Exit {
  const [invocation = "", result = "", code = "", status = "", started, finished, oom = "", executed = "", hash = ""] =
    line.split(" ");
  return {
    invocation,
    result,
    code,
    status,
    started: Number(started),
    finished: Number(finished),
    oom,
    executed,
    hash,
  };
}
