import { loadConfig } from "./io/config-files.ts";
import { WriteGate } from "./io/kube/write-gate.ts";
import { connectPodSource } from "./io/pod-source.ts";
import { countRun } from "./io/run-counts.ts";
import { clearSyncRequest } from "./io/systemd/sync-trigger.ts";
import { logTo } from "./log.ts";
import { EX_CONFIG, EX_SOFTWARE } from "./model/exit-status.ts";
import type { RunEnd } from "./model/run-end.ts";
import { hasFollowUp } from "./run/follow-up.ts";
import type { SyncInput } from "./run/input.ts";
import { sync } from "./run/sync.ts";

/** A run sends no request to the API server after this time, so that it ends before systemd ends it. */
const API_BUDGET_MS = 15_000;

// dbus-next drops its pending calls with its connection, and Node then exits with 0. Until a run returns, it counts as
// failed.
process.exitCode = EX_SOFTWARE;

const log = logTo((line) => process.stdout.write(line));

/** When the last run of this process had ended, in milliseconds since its start, and its CPU time until then in microseconds. */
let counted = { at: 0, cpu: 0 };

async function main(): Promise<RunEnd> {
  const { config, key } = await loadConfig();
  const shuttingDown = process.env.UNITLET_SHUTTING_DOWN === "1";
  const common = {
    config,
    configKey: key,
    libDir: process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet",
    log,
    shuttingDown,
  };
  const gate = new WriteGate(log, shuttingDown);
  const { close, ...ports } = connectPodSource(config, log, Date.now() + API_BUDGET_MS, gate);
  try {
    for (;;) {
      const end = await runOnce({ ...common, ...ports, now: Date.now() }, gate);
      const isLast = shuttingDown || !(await hasFollowUp(end, performance.now()));
      if (isLast || (await loadConfig()).key !== key) return end;
      count(end);
    }
  } finally {
    close();
  }
}

async function runOnce(input: SyncInput, gate: WriteGate): Promise<RunEnd> {
  let end: RunEnd | undefined;
  try {
    end = await sync(input);
    return end;
  } finally {
    gate.settle(end?.outcome === "done");
  }
}

main().then(
  // Open connections must not keep the process alive.
  (end) => exit(end),
  (error: Error) => {
    // Each bundle has its own class ConfigError, so instanceof would be false.
    const isConfig = error.name === "ConfigError";
    for (const line of error.message.split("\n"))
      log.error(isConfig ? "bad configuration" : "the run failed", { because: line });
    if (!isConfig) log.error("stack", { stack: error.stack });
    // The request would start this process again at once, as long as the configuration is invalid. The timer starts it in any case.
    else clearSyncRequest();
    exit({ status: isConfig ? EX_CONFIG : EX_SOFTWARE, outcome: "failed", failedSteps: [] });
  },
);

function exit(end: RunEnd): never {
  count(end);
  process.exit(end.status);
}

function count(end: RunEnd): void {
  const { user, system } = process.cpuUsage();
  const until = { at: performance.now(), cpu: user + system };
  const spent = { seconds: (until.at - counted.at) / 1000, cpu: (until.cpu - counted.cpu) / 1e6 };
  counted = until;
  try {
    countRun(end, { ...spent, now: Date.now() });
  } catch (error) {
    // The write fails for example when /run is full. The run itself is unaffected.
    log.error("cannot count the run", { because: (error as Error).message });
  }
}
