import type { SeccompProfile } from "../../model/seccomp-profile.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { pathOf, withPathBelow } from "../safe-path.ts";

/** The administrator's profiles, as /var/lib/kubelet/seccomp of a kubelet. Pods name files below it. */
export const SECCOMP_PROFILES = "/etc/unitlet/seccomp";

/** Returns the profiles of these names, or why one cannot be read. A name never leads out of the directory. */
export function readSeccompProfiles(
  names: readonly string[],
  root = SECCOMP_PROFILES,
): ReadonlyMap<string, SeccompProfile | string> {
  return new Map(names.map((name) => [name, readProfile(root, name)]));
}

function readProfile(root: string, name: string): SeccompProfile | string {
  try {
    const bytes = withPathBelow(root, name, {}, (file) => readAdministratorFile(pathOf(file)));
    return checked(JSON.parse(bytes.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return "is not JSON";
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "there is no such directory" : message.replace(" the volume", " the directory");
  }
}

function checked(profile: unknown): SeccompProfile {
  const { defaultAction, syscalls = [] } = (profile ?? {}) as Partial<SeccompProfile>;
  const isRule = (rule: unknown) => {
    const { names, action } = (rule ?? {}) as { readonly names?: unknown; readonly action?: unknown };
    return typeof action === "string" && Array.isArray(names) && names.every((name) => typeof name === "string");
  };
  if (typeof defaultAction !== "string" || !Array.isArray(syscalls) || !syscalls.every(isRule))
    throw new Error("is not a seccomp profile: it needs defaultAction, and names and action in each of its syscalls");
  return profile as SeccompProfile;
}
