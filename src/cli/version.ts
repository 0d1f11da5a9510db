import { readOptional } from "../io/files.ts";
import { unitletVersion } from "../version.ts";

/** `unitlet version`: the version, and the one before that `unitlet upgrade` has kept. */
export async function showVersion(): Promise<string> {
  const before = readOptional(`${process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet"}.versions/before/version`);
  const rest = before === undefined ? "" : `before: ${before.trim()}; to go back: unitlet upgrade --rollback\n`;
  return `unitlet ${unitletVersion}\n${rest}`;
}
