import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type { ConnectHelper } from "../../io/api-helper.ts";
import { readConfig } from "../../io/config-files.ts";
import { startCommand } from "../../io/exec/command.ts";
import type { ExecProcess } from "../../io/exec/process.ts";
import { readOptional } from "../../io/files.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import { isUnit } from "../../model/image/unit-reference.ts";
import { podRunDir, RUN_DIR } from "../../model/paths.ts";
import type { TerminalSize } from "../../model/stream-request.ts";
import type { UnitName } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import { printError } from "../output.ts";
import { targetContainer, targetPods } from "./target-pods.ts";

const EXEC_USAGE = `usage: unitlet exec [-i] [-t] POD [-c CONTAINER] [-n NAMESPACE] -- PROGRAM [ARGUMENT…]
       unitlet exec [-i] [-t] KIND/NAME [OPTION…] -- PROGRAM [ARGUMENT…]

Runs a program in a running container of this host, with the container's files, rights, limits and variables. KIND is what
makes pods, such as deploy, and one of its pods is taken.

  -i, --stdin             with this standard input
  -t, --tty               with a terminal
  -c, --container NAME    the container; without it the first one
  -n, --namespace NAME    the namespace; without it default

examples:
  unitlet exec web -- ls -l /
  unitlet exec -it web -c main -- sh
  unitlet exec -i web -- sh -c 'cat >/tmp/file' <file

exit status: that of PROGRAM, 128 + N after signal N; 1: the container does not run; 64: wrong usage
`;

const OPTIONS = {
  stdin: { type: "boolean", short: "i" },
  tty: { type: "boolean", short: "t" },
  container: { type: "string", short: "c" },
  namespace: { type: "string", short: "n" },
} as const;

/** `unitlet exec`: runs a program in a container, and ends with its exit status. */
export async function exec(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return EXEC_USAGE;
  const { values, name, argv } = parsed(args);
  requireRoot(`exec ${args.join(" ")}`);
  const { config } = await readConfig();
  const [pod] = (await targetPods(config, { name, namespace: values.namespace })) as [Pod];
  const unit = runningUnit(pod, targetContainer(pod, values.container));
  const tty = values.tty === true;
  if (tty && values.stdin && !process.stdin.isTTY)
    printError("Unable to use a TTY - input is not a terminal or the right kind of file");
  const hasTerminal = tty && (!values.stdin || process.stdin.isTTY);
  const requested = { stdin: values.stdin === true, stdout: true, stderr: !hasTerminal, tty: hasTerminal };
  const command = await startCommand({ unit, argv, requested, size: terminalSize() }, connectOwnHelper);
  await carry(command, hasTerminal);
  return "";
}

function parsed(args: readonly string[]) {
  try {
    const end = args.indexOf("--");
    const argv = end < 0 ? [] : args.slice(end + 1);
    const own = end < 0 ? args : args.slice(0, end);
    const { values, positionals } = parseArgs({ args: [...own], options: OPTIONS, allowPositionals: true });
    const [name, extra] = positionals;
    if (name === undefined) throw new Error("name a POD");
    if (argv.length === 0 || argv[0] === "") throw new Error("give the program after --");
    if (extra !== undefined) throw new Error(`unexpected argument "${extra}": give the program after --`);
    return { values, name, argv };
  } catch (error) {
    throw new CliError(`unitlet exec: ${(error as Error).message}\n\n${EXEC_USAGE}`, EX_USAGE);
  }
}

/** Returns the unit of a container whose program runs. Throws CliError. */
function runningUnit({ metadata: { namespace, name, uid }, spec }: Pod, container: string): UnitName {
  const { image = "" } = containersOf(spec).find((each) => each.name === container) ?? {};
  if (isUnit(image))
    throw new CliError(
      `error: container ${container} is ${image}, a unit of the host, in which no command runs: use a shell of the host`,
    );
  const unit = containerUnitName(namespace, name, container);
  const invocation = runningInvocation(unit);
  // `container-start` writes the invocation before the program starts. Another invocation means that it waits or has ended.
  const started = readOptional(join(podRunDir(uid), `${container}.started`))?.trim();
  if (invocation !== undefined && started === invocation) return unit;
  throw new CliError(
    `error: container ${container} of pod ${name} does not run: unitlet describe pod ${name} -n ${namespace} says why`,
  );
}

/**
 * Starts `api-helper` for this process, as systemd does for the port. It has a session of its own: a signal of this terminal ends
 * this process, and the helper then ends the program with all that it has started.
 */
const connectOwnHelper: ConnectHelper = async () => {
  const helper = join(process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet", "api-helper");
  const words = ["-c", 'exec "$1" "$2" <&3 3<&-', "sh", helper, RUN_DIR];
  const child = spawn("sh", words, { stdio: ["ignore", "ignore", "inherit", "pipe"], cwd: "/", detached: true });
  child.unref();
  return (child.stdio[3] as Socket).on("error", () => undefined);
};

function terminalSize(): TerminalSize | undefined {
  const { columns, rows } = process.stdout;
  return columns === undefined ? undefined : { width: columns, height: rows };
}

/** Connects a command with the standard streams, and takes its exit status. */
async function carry(command: ExecProcess, hasTerminal: boolean): Promise<void> {
  const resize = () => {
    const size = terminalSize();
    if (size !== undefined) command.resize(size);
  };
  if (hasTerminal) {
    process.stdout.on("resize", resize);
    if (process.stdin.isTTY) process.stdin.setRawMode(true);
  }
  if (command.stdin !== undefined) process.stdin.pipe(command.stdin.on("error", () => process.stdin.unpipe()));
  const copy = async (from: ExecProcess["stdout"], to: NodeJS.WriteStream) => {
    if (from !== undefined) await pipeline(from, to, { end: false }).catch(() => command.end());
  };
  try {
    const outputs = [copy(command.stdout, process.stdout), copy(command.stderr, process.stderr)];
    const [status] = await Promise.all([command.ended, ...outputs]);
    process.exitCode = status;
  } finally {
    if (hasTerminal && process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdout.off("resize", resize);
    command.stdin?.destroy();
    process.stdin.destroy();
  }
  if (process.exitCode !== 0) printError(`command terminated with exit code ${process.exitCode}`);
}
