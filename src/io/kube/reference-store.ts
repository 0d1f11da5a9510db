import { join } from "node:path";
import { VOLATILE } from "../../model/paths.ts";
import type { Fetched, Need, References } from "../../model/references.ts";
import type { Instant } from "../../model/api/time.ts";
import { digest } from "../../unitfile/hash.ts";
import { namesIn, readIfThere, remove, writeIfRoom } from "../files.ts";

/**
 * What pods refer to, as the API server last told it: on tmpfs, for root alone. It is there so that a run, which is a
 * process of its own, need not ask for everything again; nothing is lost with it.
 */
const DIRECTORY = `${VOLATILE}/references`;

type Ask = (needs: readonly Need[]) => Promise<References>;
type Kept = { readonly key: string; readonly fetched: Fetched };

/**
 * All that `needsOf` names, which may depend on what is known so far: from the store, or asked for when `dueOf` says so.
 * What could not be asked for stays as it was.
 */
export async function gather(
  needsOf: (known: References) => readonly Need[],
  dueOf: (needs: readonly Need[], known: References) => readonly Need[],
  ask: Ask,
  now: Instant,
): Promise<{ readonly known: References; readonly needed: ReadonlySet<string> }> {
  const known = new Map<string, Fetched>();
  const seen = new Set<string>();
  for (;;) {
    const fresh = needsOf(known).filter(({ key }) => !seen.has(key));
    if (fresh.length === 0) return { known, needed: seen };
    for (const { key } of fresh) {
      seen.add(key);
      const kept = read(key);
      if (kept !== undefined) known.set(key, kept);
    }
    const due = dueOf(fresh, known);
    const asked = due.length === 0 ? new Map<string, Fetched>() : await ask(due);
    for (const [key, answer] of asked) {
      const kept = known.get(key);
      // Asked for again in a minute: what it was is better than nothing.
      const fetched = !answer.ok && !answer.missing && kept?.ok ? { ...kept, at: now } : answer;
      known.set(key, fetched);
      if (fetched.ok || fetched.missing) write({ key, fetched });
    }
  }
}

/** Secrets do not stay when nobody needs them any more. */
export function forgetReferences(needed: ReadonlySet<string>): void {
  const names = new Set([...needed].map(nameOf));
  for (const name of namesIn(DIRECTORY)) if (!names.has(name)) remove(join(DIRECTORY, name));
}

const nameOf = (key: string) => digest(key, 32);

function read(key: string): Fetched | undefined {
  const text = readIfThere(join(DIRECTORY, nameOf(key)));
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Kept;
    return kept.key === key ? kept.fetched : undefined;
  } catch {
    return undefined;
  }
}

function write(kept: Kept): void {
  writeIfRoom(join(DIRECTORY, nameOf(kept.key)), JSON.stringify(kept), 0o600);
}
