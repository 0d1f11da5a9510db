import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { RUN_DIR } from "../../model/paths.ts";
import { exists, readOptional, writeBestEffort } from "../files.ts";

/** The kernel has the same answer until it is booted again, which empties the directory. */
const CACHE = join(RUN_DIR, "landlock");

const PERL = "/usr/bin/perl";

/** landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION; the number is the same on all architectures. */
const VERSION_CALL = "print syscall(444, 0, 0, 1)";

/**
 * Returns the version of the kernel's Landlock ABI; 0 without Landlock, and without perl, by which container-run uses it. The
 * first call after a boot takes 5 ms, later ones read a file.
 */
export function readLandlockABI(): number {
  if (!exists(PERL)) return 0;
  const cached = Number(readOptional(CACHE));
  if (cached > 0) return cached;
  const abi = Math.max(0, Number(askKernel()) || 0);
  if (abi > 0) writeBestEffort(CACHE, String(abi), 0o600);
  return abi;
}

function askKernel(): string {
  try {
    return execFileSync(PERL, ["-e", VERSION_CALL], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}
