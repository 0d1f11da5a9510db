import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { runningInvocation } from "../io/systemd/invocations.ts";
import type { ProbeTarget } from "./targets.ts";

const run = promisify(execFile);

/**
 * Ends a container that has failed its probe. systemd starts it again with the usual back-off. The probe's own
 * terminationGracePeriodSeconds is enforced here, because the unit has that of the pod. Throws when systemctl fails.
 */
export async function endContainer({ unit, restarts, invocation, probe: { grace } }: ProbeTarget): Promise<void> {
  await run("systemctl", ["--no-block", restarts ? "restart" : "stop", unit]);
  if (grace === undefined) return;
  await sleep(grace * 1000);
  if (runningInvocation(unit) !== invocation) return;
  await run("systemctl", ["kill", "--kill-whom=main", "--signal=KILL", unit]).catch(() => undefined);
}
