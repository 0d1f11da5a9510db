import { logTo } from "../log.ts";
import { EX_SOFTWARE, EX_USAGE } from "../model/exit-status.ts";
import { runHook } from "./hook.ts";
import { ProbeRound } from "./round.ts";

const log = logTo((line) => process.stdout.write(line));

/** Makes all probes of one period once (unitlet-probe@SECONDS.service), or runs one hook (`container-hook`), and exits. */
async function main(): Promise<void> {
  const [uid = "", container = "", name = ""] = process.argv.slice(4);
  if (process.argv[3] === "hook") process.exit((await runHook(uid, container, name)) ? 0 : 1);
  const period = Number(process.argv[3]);
  if (!Number.isInteger(period) || period < 1) {
    log.error("usage: run.cjs probe SECONDS");
    process.exit(EX_USAGE);
  }
  await new ProbeRound(period, process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet").run();
  process.exit(0);
}

main().catch((error: Error) => {
  log.error("cannot probe", { because: error.message, stack: error.stack });
  process.exit(EX_SOFTWARE);
});
