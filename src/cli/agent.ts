import { execFileSync } from "node:child_process";
import { CliError } from "./failure.ts";

const TIMER = "unitlet-sync.timer";
const PATH = "unitlet-sync.path";
const SOCKET = "unitlet-api.socket";

/** The agent's units, by systemctl. All throw Failure, with what systemctl said. Returns what a node can be without. */
export function startJoined(): string | undefined {
  // What the process behind the port knows of a cluster is what it knew when it began.
  systemctl("stop", "unitlet-api.service");
  systemctl("enable", "--now", "--quiet", TIMER, PATH);
  try {
    systemctl("enable", "--now", "--quiet", SOCKET);
    return undefined;
  } catch (error) {
    return `Nobody can ask this node for logs: its port cannot be listened at (another kubelet?): ${(error as Error).message}`;
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

/** The pulls that are under way, as systemctl lists them; "" when there is none. */
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

/** Waits until a oneshot of the agent's has come to its end. */
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
