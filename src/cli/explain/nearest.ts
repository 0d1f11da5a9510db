import type { FieldNode } from "./field-tree.ts";

/** At most this many names are offered. */
const MAX_NAMES = 5;

/**
 * Returns the paths of the fields whose names are nearest to a name: those inside `parent` first, then the same or
 * nearly the same name elsewhere.
 */
export function nearestFields(name: string, parent: FieldNode, fields: readonly FieldNode[]): readonly string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 4));
  const scored = fields.flatMap(({ path }) => {
    const last = path.slice(path.lastIndexOf(".") + 1);
    const isSibling = path === `${parent.path}.${last}`;
    const distance = editDistance(wanted, last.toLowerCase());
    return distance > limit ? [] : [{ path, score: distance + (isSibling ? 0 : 0.5) }];
  });
  const sorted = scored.toSorted((a, b) => a.score - b.score || a.path.length - b.path.length);
  return sorted.slice(0, MAX_NAMES).map(({ path }) => path);
}

/** Returns the Levenshtein distance of two texts. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
