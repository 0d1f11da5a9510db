import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { UnitName } from "../../model/unit.ts";

/** SD_MESSAGE_UNIT_OUT_OF_MEMORY of sd-messages.h. */
const OUT_OF_MEMORY = "fe6faa94e7774663a0da52717891d8ef";
const TIMEOUT_MS = 1000;

/**
 * True when systemd has logged that the kernel killed a process of this invocation for want of memory. False also when the journal
 * does not answer within 1 s.
 */
export async function wasOomKilled(unit: UnitName, invocation: string): Promise<boolean> {
  // A busy journald may not have stored the line yet.
  await journalctl("--sync");
  const fields = [`MESSAGE_ID=${OUT_OF_MEMORY}`, `UNIT=${unit}`, `INVOCATION_ID=${invocation}`, "_UID=0"];
  return (await journalctl("--quiet", "--no-pager", "--output=cat", "--lines=1", ...fields)) !== "";
}

async function journalctl(...args: string[]): Promise<string> {
  try {
    const options = { timeout: TIMEOUT_MS, killSignal: "SIGKILL", env: { PATH: process.env.PATH } } as const;
    return (await promisify(execFile)("journalctl", args, options)).stdout;
  } catch {
    return "";
  }
}
