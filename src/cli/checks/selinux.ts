import { dirname } from "node:path";
import { readOptional } from "../../io/files.ts";
import { type Finding, ok, warning } from "./finding.ts";

export interface SELinux {
  /** True when it denies; false when it only logs (permissive). */
  readonly enforces: boolean;
  /** The directory of the agent's programs. */
  readonly programs: string;
  /** The type of the agent's Node, such as `lib_t`; "" when it cannot be read. */
  readonly type: string;
}

type Output = (program: string, ...args: readonly string[]) => string;

/** Returns undefined on a host without SELinux. */
export function readSELinux(output: Output, enforce = "/sys/fs/selinux/enforce"): SELinux | undefined {
  const mode = readOptional(enforce);
  if (mode === undefined) return undefined;
  const [, , type = ""] = output("stat", "--format=%C", process.execPath).trim().split(":");
  return { enforces: mode.trim() === "1", programs: dirname(process.execPath), type };
}

/**
 * systemd starts a program of the type bin_t in a domain without restrictions; of another type it may not start it at
 * all (targeted policy of Fedora). Containers get no label.
 */
export function seLinuxFindings(found: SELinux | undefined): readonly Finding[] {
  if (found === undefined) return [];
  const { enforces, programs, type } = found;
  if (!enforces) return [ok("SELinux", "permissive: it denies nothing")];
  if (type === "bin_t") return [ok("SELinux", "enforcing; the agent's programs are bin_t. Containers get no label")];
  const remedy = `semanage fcontext -a -t bin_t '${programs}(/.*)?' && restorecon -R ${programs}`;
  return [
    warning(
      "SELinux",
      `enforcing, and the agent's programs are ${type || "of an unknown type"}, not bin_t, so systemd may not start helpers: ${remedy}`,
    ),
  ];
}
