import { logTo } from "../log.ts";
import { EX_CONFIG, EX_SOFTWARE } from "../model/exit-status.ts";
import { handleRequest } from "./handle-request.ts";
import { handedSockets, listen, onIdle } from "./http/listen.ts";
import { loadServingSettings, servingDigest } from "./serving-settings.ts";

const log = logTo((line) => process.stdout.write(line));

/** The process that serves port 10250. systemd starts it with the first connection, and it exits when idle. */
async function main(): Promise<void> {
  let settings = await loadServingSettings(log);
  let digest = servingDigest(settings, Date.now());
  let reload: Promise<void> | undefined;
  const sockets = handedSockets(process.env, process.pid);
  if (sockets === 0)
    throw new Error("systemd has passed no socket: start unitlet-api.socket, which starts this service");
  const port = await listen(sockets, settings.tls, {
    handle: (context) => void handleRequest(settings.server, context),
    refresh: () => {
      if (reload !== undefined || servingDigest(settings, Date.now()) === digest) return reload;
      reload = reloadSettings().finally(() => {
        reload = undefined;
      });
      return reload;
    },
  });

  /** Files that cannot be used leave the settings as they are, until the files change once more. */
  async function reloadSettings(): Promise<void> {
    digest = servingDigest(settings, Date.now());
    try {
      const changed = await loadServingSettings(log, settings);
      port.setTls(changed.tls);
      settings = changed;
      digest = servingDigest(settings, Date.now());
    } catch (error) {
      log.error("cannot use the changed configuration", { because: (error as Error).message });
    }
  }

  const exit = () => {
    settings.saveCache();
    process.exit(0);
  };
  process.once("SIGTERM", exit);
  onIdle(port.servers, () => settings.idleTimeout, exit);
}

main().catch((error: Error) => {
  const isConfig = error.name === "ConfigError";
  log.error(isConfig ? "bad configuration" : "cannot serve", { because: error.message });
  if (!isConfig) log.error("stack", { stack: error.stack });
  process.exit(isConfig ? EX_CONFIG : EX_SOFTWARE);
});
