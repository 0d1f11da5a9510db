import type { Config } from "../../model/host/config.ts";
import { installCommand } from "./distribution.ts";
import { error, type Finding, ok } from "./finding.ts";
import { hostFamily } from "./host-family.ts";
import { isProgram } from "./is-program.ts";

/**
 * Programs that units and helpers call and that a small host may lack, with their packages in Debian. install.sh has the
 * same list.
 */
const PROGRAMS: Readonly<Record<string, string>> = {
  nsenter: "util-linux",
  prlimit: "util-linux",
  setpriv: "util-linux",
  unshare: "util-linux",
  setsid: "util-linux",
  hostname: "hostname",
  perl: "perl-base",
};

export function programFinding(config: Config | undefined): Finding {
  const needed = { ...PROGRAMS, ...(config?.watch ? { curl: "curl" } : {}) };
  const missing = Object.entries(needed).filter(([name]) => !isProgram(name));
  const family = hostFamily();
  const command = ([name, from]: readonly [string, string]) => `${name} (${installCommand(family, from)})`;
  if (missing.length > 0) return error("programs", `missing: ${missing.map(command).join("; ")}`);
  const present = Object.keys(needed).join(", ");
  const isCheap = config?.cluster === undefined || isProgram("curl");
  return ok("programs", isCheap ? present : `${present}. Without ${command(["curl", "curl"])} every tick starts a run`);
}
