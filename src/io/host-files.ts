import type { HostFiles } from "../model/host-files.ts";
import { isThere, readIfThere } from "./files.ts";

const PROFILES = "/sys/kernel/security/apparmor/profiles";

/** Looks for `paths`; costs a tenth of a millisecond. The profiles are read only where a pod may name one. */
export function readHostFiles(paths: readonly string[], namesProfile: boolean): HostFiles {
  const profiles = namesProfile ? readIfThere(PROFILES) : undefined;
  return {
    present: new Set(paths.filter(isThere)),
    hosts: readIfThere("/etc/hosts") ?? "",
    resolvConf: readIfThere("/etc/resolv.conf") ?? "",
    ...(profiles === undefined ? {} : { appArmorProfiles: profileNames(profiles) }),
  };
}

/** Lines are "NAME (MODE)". */
function profileNames(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/ \([^()]*\)$/, ""))
    .filter((name) => name !== "");
}
