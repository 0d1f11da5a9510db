import { loadConfig } from "./io/config-files.ts";
import { connectPodSource } from "./io/pod-source.ts";
import { countRun } from "./io/run-counts.ts";
import { logTo } from "./log.ts";
import type { RunEnd } from "./model/run-end.ts";
import { sync } from "./run/sync.ts";

/** Milliseconds after which a run asks the API server no more, so that it ends by itself before systemd ends it. */
const API_BUDGET_MS = 15_000;

const EX_SOFTWARE = 70;
const EX_CONFIG = 78;

// dbus-next loses its pending calls with its connection, and Node then ends with 0: until a run says how it ended, it failed.
process.exitCode = EX_SOFTWARE;

const log = logTo((line) => process.stdout.write(line));

async function main(): Promise<RunEnd> {
  const { config, key } = await loadConfig();
  const now = Date.now();
  const shuttingDown = process.env.UNITLET_SHUTTING_DOWN === "1";
  const common = {
    config,
    configKey: key,
    libDir: process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet",
    log,
    now,
    shuttingDown,
  };
  const { close, ...ports } = connectPodSource(config, log, now + API_BUDGET_MS);
  try {
    return await sync({ ...common, ...ports });
  } finally {
    close();
  }
}

main().then(
  // Whatever still holds a connection open has nothing more to say.
  (end) => exit(end),
  (error: Error) => {
    // ConfigError may come out of another bundle, so its class is told by its name.
    const isConfig = error.name === "ConfigError";
    for (const line of error.message.split("\n"))
      log.error(isConfig ? "bad configuration" : "the run failed", { because: line });
    if (!isConfig) log.error("stack", { stack: error.stack });
    exit({ status: isConfig ? EX_CONFIG : EX_SOFTWARE, outcome: "failed", failedSteps: [] });
  },
);

function exit(end: RunEnd): never {
  try {
    const { user, system } = process.cpuUsage();
    countRun(end, performance.now() / 1000, (user + system) / 1e6, Date.now());
  } catch (error) {
    // Such as a full /run: the run was none the worse for it.
    log.error("cannot count the run", { because: (error as Error).message });
  }
  process.exit(end.status);
}
