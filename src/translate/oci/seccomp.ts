import type { Capability, Seccomp } from "../../model/confinement.ts";
import type { Host } from "../../model/host/host.ts";
import type { SeccompConditions, SeccompProfile } from "../../model/seccomp-profile.ts";
import type { TranslateContext } from "../context.ts";

type Circumstances = Pick<Host, "architecture" | "kernelVersion"> & { readonly capabilities: readonly Capability[] };

const NATIVE: Readonly<Record<string, string>> = { amd64: "SCMP_ARCH_X86_64", arm64: "SCMP_ARCH_AARCH64" };

/**
 * Returns the profile that a container asks for, undefined for none, or why it cannot have one.
 */
export function seccompProfile(
  seccomp: Seccomp,
  { images, host }: Pick<TranslateContext, "images" | "host">,
): { readonly ok: true; readonly profile?: SeccompProfile } | { readonly ok: false; readonly message: string } {
  if (seccomp.type === "unconfined") return { ok: true };
  if (seccomp.type !== "localhost") {
    const profile = images?.seccompProfile;
    return profile === undefined ? { ok: false, message: NO_PROFILE } : { ok: true, profile };
  }
  const found = host.confinementProbe?.seccompProfiles?.get(seccomp.profile) ?? "there is no such file";
  if (typeof found !== "string") return { ok: true, profile: found };
  const path = `/etc/unitlet/seccomp/${seccomp.profile}`;
  return { ok: false, message: `cannot load seccomp profile ${JSON.stringify(path)}: ${found}` };
}

const NO_PROFILE =
  "seccompProfile RuntimeDefault cannot be honoured: the node has no /usr/share/containers/seccomp.json, which comes with the distribution's containers-common";

/** Returns the profile as config.json has it: only the rules that hold on this host and for these capabilities. */
export function ociSeccomp(profile: SeccompProfile, circumstances: Circumstances): object {
  const native = NATIVE[circumstances.architecture];
  const known = profile.archMap?.find(({ architecture }) => architecture === native);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet !== undefined && { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(profile.architectures?.length
      ? { architectures: profile.architectures }
      : native !== undefined && { architectures: [native, ...(known?.subArchitectures ?? [])] }),
    ...(profile.flags?.length && { flags: profile.flags }),
    syscalls: (profile.syscalls ?? [])
      .filter(
        ({ includes = {}, excludes = {} }) => holds(includes, circumstances) && !excluded(excludes, circumstances),
      )
      .map(({ names, action, errnoRet, args }) => ({
        names,
        action,
        ...(errnoRet !== undefined && { errnoRet }),
        ...(args?.length && { args }),
      })),
  };
}

function holds({ caps, arches, minKernel }: SeccompConditions, of: Circumstances): boolean {
  const has = caps === undefined || caps.every((each) => of.capabilities.includes(each));
  const runsOn = arches === undefined || arches.includes(of.architecture);
  return has && runsOn && (minKernel === undefined || isAtLeast(of.kernelVersion, minKernel));
}

function excluded({ caps = [], arches = [], minKernel }: SeccompConditions, of: Circumstances): boolean {
  const isNew = minKernel !== undefined && isAtLeast(of.kernelVersion, minKernel);
  return isNew || arches.includes(of.architecture) || caps.some((each) => of.capabilities.includes(each));
}

function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = least.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
