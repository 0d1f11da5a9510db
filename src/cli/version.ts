import { readOptional } from "../io/files.ts";
import { unitletVersion } from "../version.ts";

/** `unitlet version`: the version, and for root the one before that `unitlet upgrade` has kept. */
export async function showVersion(): Promise<string> {
  const before = versionBefore(`${process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet"}.versions/before/version`);
  const rest = before === undefined ? "" : `before: ${before.trim()}; to go back: unitlet upgrade --rollback\n`;
  return `unitlet ${unitletVersion}\n${rest}`;
}

/** Only root can enter the directory, and only root can go back. */
function versionBefore(path: string): string | undefined {
  try {
    return readOptional(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
    throw error;
  }
}
