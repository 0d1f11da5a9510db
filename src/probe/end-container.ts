import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { writeAtomic } from "../io/files.ts";
import { runningInvocation } from "../io/systemd/invocations.ts";
import { MAX_TIMER_MS } from "../io/timeout.ts";
import { stopGraceFile } from "../model/paths.ts";
import type { ProbeTarget } from "./targets.ts";

const run = promisify(execFile);

/**
 * Ends a container that has failed its probe. systemd starts it again with the usual back-off. The unit has the grace period of
 * the pod. The probe's own one is enforced here, and container-stop reads it, since it may be the longer one. Throws when
 * systemctl or a write fails.
 */
export async function endContainer(target: ProbeTarget): Promise<void> {
  const { uid, container, unit, restarts, invocation } = target;
  const { grace } = target.probe;
  if (grace !== undefined) writeAtomic(stopGraceFile(uid, container), `${Math.min(grace, MAX_TIMER_MS)}\n`, 0o600);
  await run("systemctl", ["--no-block", restarts ? "restart" : "stop", unit]);
  if (grace === undefined) return;
  await sleep(Math.min(grace * 1000, MAX_TIMER_MS));
  if (runningInvocation(unit) !== invocation) return;
  await run("systemctl", ["kill", "--kill-whom=main", "--signal=KILL", unit]).catch(() => undefined);
}
