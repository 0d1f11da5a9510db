import { accessSync, constants } from "node:fs";
import { exists, readOptional } from "../../io/files.ts";
import type { Config } from "../../model/host/config.ts";
import { familyOf, installCommand } from "./distribution.ts";
import { error, type Finding, ok } from "./finding.ts";

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
  if (missing.length === 0) return ok("programs", Object.keys(needed).join(", "));
  const family = familyOf({
    osRelease: readOptional("/etc/os-release") ?? "",
    isOstree: exists("/run/ostree-booted"),
    isTransactional: isProgram("transactional-update"),
  });
  const list = missing.map(([name, from]) => `${name} (${installCommand(family, from)})`).join("; ");
  return error("programs", `missing: ${list}`);
}

function isProgram(name: string): boolean {
  return ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].some((directory) => {
    try {
      accessSync(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
