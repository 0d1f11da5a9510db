import type { Probe } from "../model/api/probe.ts";
import type { UnitName } from "../model/unit.ts";
import { checkExec } from "./exec-check.ts";
import { checkGrpc } from "./grpc-check.ts";
import { checkHttp } from "./http-check.ts";
import type { Outcome } from "./probe-state.ts";
import { checkTcp } from "./tcp-check.ts";

/**
 * Probes a container once. The promise never rejects: every error is a failure of the probe. Undefined means that the check
 * could not be made.
 */
export async function runCheck(
  { check, timeout }: Probe,
  { unit, address }: { readonly unit: UnitName; readonly address: string },
  libDir: string,
): Promise<Outcome | undefined> {
  try {
    switch (check.type) {
      case "exec":
        return await checkExec(`${libDir}/container-enter`, unit, check.command, timeout);
      case "http":
        return await checkHttp(check, address, timeout);
      case "tcp":
        return await checkTcp(check.host || address, check.port, timeout);
      case "grpc":
        return await checkGrpc(address, check.port, check.service, timeout);
    }
  } catch (error) {
    return { success: false, message: (error as Error).message };
  }
}
