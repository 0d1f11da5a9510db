import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { CliError } from "./failure.ts";
import { type Progress, ticking } from "./progress.ts";

const TIMER = "unitlet-sync.timer";
const PATH = "unitlet-sync.path";
const SOCKET = "unitlet-api.socket";

/**
 * Starts the agent's units on a node. Returns why systemd cannot listen at the kubelet's port; undefined when it can.
 * The node works without that port. Throws CliError.
 */
export function startJoined(): string | undefined {
  // The process behind the port reads the kubeconfig only when it starts.
  systemctl("stop", "unitlet-api.service");
  systemctl("enable", "--now", "--quiet", TIMER, PATH);
  try {
    systemctl("enable", "--now", "--quiet", SOCKET);
    return undefined;
  } catch (error) {
    return `kubectl logs and exec do not work on this node, because systemd cannot listen on its port (does another kubelet use it?): ${(error as Error).message}`;
  }
}

/** Starts the agent's units on a standalone host, where nothing listens at the kubelet's port. Throws CliError. */
export function startStandalone(): void {
  systemctl("enable", "--now", "--quiet", TIMER, PATH);
}

/** Stops the agent's units. The timer and the path unit stay enabled for the next boot. Throws CliError. */
export function stopAgent(): void {
  systemctl("stop", TIMER, PATH, SOCKET, "unitlet-sync.service", "unitlet-api.service", "unitlet-watch.service");
  systemctl("disable", "--quiet", SOCKET);
}

/** Starts a run and waits for its end. Throws CliError when the run fails. */
export async function runOnce(progress: Progress): Promise<void> {
  const command = ["start", "unitlet-sync.service"];
  try {
    await ticking(promisify(execFile)("systemctl", command), (seconds) =>
      progress.state("run", `The first run: ${seconds} s`),
    );
  } catch (error) {
    throw systemctlError(command, error);
  }
}

/** Starts a run if none is under way. The timer starts one a few seconds later in any case. */
export function requestRun(): void {
  try {
    systemctl("start", "--no-block", "unitlet-sync.service");
  } catch {}
}

/** Starts a run and waits for its end, for at most TimeoutStartSec= of its unit. The timer repeats a run that fails. */
export function awaitRun(): void {
  try {
    systemctl("start", "unitlet-sync.service");
  } catch {}
}

/** Starts the unit that takes over an update of images when its process ends early. A boot starts it as well. */
export function startResume(): void {
  try {
    systemctl("start", "--no-block", "unitlet-auto-update-resume.service");
  } catch {}
}

/** Returns systemctl's lines for the pulls that are under way; "" when there are none. */
export function pullUnits(): string {
  const states = "--state=active,activating,deactivating";
  return systemctl(
    "list-units",
    "--full",
    "--plain",
    "--no-legend",
    states,
    "unitlet-image-fetch@*.service",
    "unitlet-image@*.service",
    "unitlet-deb@*.service",
  ).trim();
}

/** Starts a oneshot of the agent and waits for its end. Throws CliError when it fails. */
export function runToEnd(unit: string): void {
  systemctl("start", "--wait", unit);
}

/** Returns the text of a unit of the host with its drop-ins. Throws CliError. */
export function unitText(unit: string): string {
  return systemctl("cat", "--", unit);
}

/** Throws CliError unless the process runs as root. `command` is the command to repeat with sudo. */
export function requireRoot(command: string): void {
  if (process.getuid?.() !== 0) throw new CliError(`this needs root: sudo unitlet ${command}`);
}

function systemctl(...args: readonly string[]): string {
  try {
    return execFileSync("systemctl", [...args], { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  } catch (error) {
    throw systemctlError(args, error);
  }
}

function systemctlError(args: readonly string[], error: unknown): CliError {
  const { stderr = "", message } = error as Error & { stderr?: string };
  return new CliError(`systemctl ${args.join(" ")}: ${stderr.trim() || message}`);
}
