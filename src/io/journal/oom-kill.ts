import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** SD_MESSAGE_UNIT_OUT_OF_MEMORY of sd-messages.h. */
const OUT_OF_MEMORY = "fe6faa94e7774663a0da52717891d8ef";
const TIMEOUT_MS = 1000;

let asked: Promise<ReadonlySet<string>> | undefined;

/**
 * True when systemd has logged since boot that the kernel killed a process of this invocation for want of memory. Also false when
 * the journal does not answer within 1 s. Calls at the same time share one query: after a power failure each container of the host
 * has a lost exit.
 */
export async function wasOomKilled(invocation: string): Promise<boolean> {
  asked ??= readKills().finally(() => {
    asked = undefined;
  });
  return (await asked).has(invocation);
}

async function readKills(): Promise<ReadonlySet<string>> {
  // A busy journald may not have stored the last lines yet.
  await journalctl("--sync");
  const output = ["--output=export", "--output-fields=INVOCATION_ID", "--lines=1000"];
  const text = await journalctl("--quiet", "--no-pager", "--boot", ...output, `MESSAGE_ID=${OUT_OF_MEMORY}`, "_UID=0");
  return new Set([...text.matchAll(/^INVOCATION_ID=(.*)$/gm)].map(([, id]) => id ?? ""));
}

async function journalctl(...args: string[]): Promise<string> {
  try {
    const options = { timeout: TIMEOUT_MS, killSignal: "SIGKILL", env: { PATH: process.env.PATH } } as const;
    return (await promisify(execFile)("journalctl", args, options)).stdout;
  } catch {
    return "";
  }
}
