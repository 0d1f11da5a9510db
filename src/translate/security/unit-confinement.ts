import type { Confinement } from "../../model/confinement.ts";
import type { UnitLines } from "../../model/unit.ts";
import { seccompLines } from "./seccomp.ts";

/**
 * Returns the lines of a unit for the part of the confinement that systemd makes: devices, system calls and limits.
 * container-run makes the others, because systemd would give the container's mounts to helpers of root as well. User=
 * is not used: systemd rejects a UID without a passwd entry (217/USER).
 */
export function confinementLines({ privileged, seccomp, capabilities, rlimits }: Confinement): UnitLines {
  return [
    // PrivateDevices= and ProtectHostname= would add a system call filter, which is the pod's choice.
    ...(privileged ? [] : ([["DevicePolicy", "closed"]] as const)),
    ...seccompLines(seccomp, capabilities),
    ...Object.entries(rlimits).map(([name, { soft, hard }]) => {
      const limits = soft === hard ? [soft] : [soft, hard];
      return [`Limit${name.toUpperCase()}`, limits.map(printLimit).join(":")] as const;
    }),
  ];
}

function printLimit(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : "infinity";
}
