/** Whole numbers as intervals with both ends, sorted and apart from each other. */
export type IndexSet = readonly (readonly [first: number, last: number])[];

/** Returns the set of a text such as "0-2,5"; undefined for one that is no such text, or is not sorted. */
export function parseIndexes(text: string): IndexSet | undefined {
  if (text === "") return [];
  const intervals = text.split(",").map((part): readonly [number, number] | undefined => {
    const [, first = "", last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part) ?? [];
    return first === "" ? undefined : [Number(first), Number(last)];
  });
  const set = intervals.filter((each) => each !== undefined);
  const isSorted = set.every(([first, last], at) => first <= last && first > (set[at - 1]?.[1] ?? -1));
  return set.length === intervals.length && isSorted ? set : undefined;
}

/** Returns the set as a text (`batch/v1 types.go: JobStatus.CompletedIndexes`, v1.36). */
export function formatIndexes(set: IndexSet): string {
  return set.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** Returns the set with one more number. */
export function withIndex(set: IndexSet, index: number): IndexSet {
  if (hasIndex(set, index)) return set;
  const before = set.filter(([, last]) => last < index);
  const after = set.filter(([first]) => first > index);
  const [left, right] = [before.at(-1), after[0]];
  const joinsLeft = left !== undefined && left[1] === index - 1;
  const joinsRight = right !== undefined && right[0] === index + 1;
  return [
    ...(joinsLeft ? before.slice(0, -1) : before),
    [joinsLeft ? left[0] : index, joinsRight ? right[1] : index] as const,
    ...(joinsRight ? after.slice(1) : after),
  ];
}

export function hasIndex(set: IndexSet, index: number): boolean {
  return set.some(([first, last]) => first <= index && index <= last);
}

/** Returns how many numbers the set has. */
export function countIndexes(set: IndexSet): number {
  return set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Returns how many numbers both sets have. */
export function countCommon(one: IndexSet, other: IndexSet): number {
  return one.reduce(
    (sum, [first, last]) =>
      sum + other.reduce((part, [from, to]) => part + Math.max(0, Math.min(last, to) - Math.max(first, from) + 1), 0),
    0,
  );
}
