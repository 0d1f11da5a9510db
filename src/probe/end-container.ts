import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { runningInvocation } from "../io/systemd/invocations.ts";
import type { ProbeTarget } from "./targets.ts";

const run = promisify(execFile);

/**
 * Ends a container that has failed its probe: it is started again as after any other end, with the same back-off. A grace
 * period of the probe's own is kept here, since that of the unit is the pod's.
 */
export async function endContainer({ unit, restarts, invocation, probe: { grace } }: ProbeTarget): Promise<void> {
  await run("systemctl", ["--no-block", restarts ? "restart" : "stop", unit]);
  if (grace === undefined) return;
  await sleep(grace * 1000);
  if (runningInvocation(unit) !== invocation) return;
  await run("systemctl", ["kill", "--kill-whom=main", "--signal=KILL", unit]).catch(() => undefined);
}
