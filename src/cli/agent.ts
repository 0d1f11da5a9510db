import { execFileSync } from "node:child_process";
import { CliError } from "./failure.ts";

const TIMER = "unitlet-sync.timer";
const PATH = "unitlet-sync.path";
const SOCKET = "unitlet-api.socket";

/** Starts the units of a node. Returns why the kubelet's port cannot be opened, without which a node works. Throws CliError. */
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

export function startStandalone(): void {
  systemctl("enable", "--now", "--quiet", TIMER, PATH);
}

export function stopAgent(): void {
  systemctl("stop", TIMER, PATH, SOCKET, "unitlet-sync.service", "unitlet-api.service", "unitlet-watch.service");
  systemctl("disable", "--quiet", SOCKET);
}

export function runOnce(): void {
  systemctl("start", "unitlet-sync.service");
}

/** Returns systemctl's lines for the pulls that are under way; "" when there are none. */
export function pullUnits(): string {
  const states = "--state=active,activating,deactivating";
  return systemctl(
    "list-units",
    "--plain",
    "--no-legend",
    states,
    "unitlet-image@*.service",
    "unitlet-deb@*.service",
  ).trim();
}

/** Starts a oneshot of the agent and waits for its end. Throws CliError when it fails. */
export function runToEnd(unit: string): void {
  systemctl("start", "--wait", unit);
}

export function requireRoot(command: string): void {
  if (process.getuid?.() !== 0) throw new CliError(`this needs root: sudo unitlet ${command}`);
}

function systemctl(...args: readonly string[]): string {
  try {
    return execFileSync("systemctl", [...args], { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new CliError(`systemctl ${args.join(" ")}: ${stderr.trim() || message}`);
  }
}
