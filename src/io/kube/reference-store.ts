import { join } from "node:path";
import type { Instant } from "../../model/api/time.ts";
import { RUN_DIR } from "../../model/paths.ts";
import type { Dependency, FetchResult, ResolvedReferences } from "../../model/references.ts";
import { digest } from "../../unitfile/hash.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

/**
 * What pods refer to, as the API server last told it: on tmpfs, for root alone. It is there so that a run, which is a
 * process of its own, need not ask for everything again; nothing is lost with it.
 */
const DIRECTORY = `${RUN_DIR}/references`;

type FetchReference = (needs: readonly Dependency[]) => Promise<ResolvedReferences>;
type StoredReference = { readonly key: string; readonly fetched: FetchResult };

/**
 * All that `needsOf` names, which may depend on what is known so far: from the store, or asked for when `dueOf` says so.
 * What could not be asked for stays as it was.
 */
export async function fetchReferences(
  needsOf: (known: ResolvedReferences) => readonly Dependency[],
  dueOf: (needs: readonly Dependency[], known: ResolvedReferences) => readonly Dependency[],
  ask: FetchReference,
  now: Instant,
): Promise<{ readonly known: ResolvedReferences; readonly needed: ReadonlySet<string> }> {
  const known = new Map<string, FetchResult>();
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
    const asked = due.length === 0 ? new Map<string, FetchResult>() : await ask(due);
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
export function removeReferencesExcept(needed: ReadonlySet<string>): void {
  const names = new Set([...needed].map(nameOf));
  for (const name of list(DIRECTORY)) if (!names.has(name)) remove(join(DIRECTORY, name));
}

const nameOf = (key: string) => digest(key, 32);

function read(key: string): FetchResult | undefined {
  const text = readOptional(join(DIRECTORY, nameOf(key)));
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as StoredReference;
    return kept.key === key ? kept.fetched : undefined;
  } catch {
    return undefined;
  }
}

function write(kept: StoredReference): void {
  writeBestEffort(join(DIRECTORY, nameOf(kept.key)), JSON.stringify(kept), 0o600);
}
