import { exists, readOptional } from "../../io/files.ts";
import { type Family, familyOf } from "./distribution.ts";
import { isProgram } from "./is-program.ts";

/** Returns the family of this host's distribution; undefined for an unknown one. */
export function hostFamily(): Family | undefined {
  return familyOf({
    osRelease: readOptional("/etc/os-release") ?? "",
    isOstree: exists("/run/ostree-booted"),
    isTransactional: isProgram("transactional-update"),
  });
}
