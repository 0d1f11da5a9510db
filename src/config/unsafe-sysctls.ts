import { normalizedSysctl, sysctlNamespace } from "../model/api/sysctl.ts";
import { SettingError } from "./setting-error.ts";

/** `policy/validation/validation.go: SysctlContainSlashPatternFmt`, v1.36. */
const PATTERN = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*([a-z0-9][-_a-z0-9]*)?[a-z0-9*]$/;

/** Returns the patterns of `NAME,…` or `PREFIX*,…`, as the kubelet's setting of this name has them. Throws SettingError. */
export function parseUnsafeSysctls(text: string): readonly string[] {
  const patterns = text
    .split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
  for (const pattern of patterns) {
    if (!PATTERN.test(pattern)) throw new SettingError("expected names of sysctls, such as kernel.msgmax,kernel.shm*");
    const prefix = normalizedSysctl(pattern).replace(/\*.*/, "");
    if (sysctlNamespace(prefix) === undefined)
      throw new SettingError(
        `${pattern} is not a parameter of a namespace: kernel.sem, kernel.shm*, kernel.msg*, fs.mqueue.* are`,
      );
  }
  return patterns;
}
