export interface Broken<Item> {
  readonly item: Item;
  readonly error: Error;
}

/**
 * Calls `work` with all items. When it throws, finds the items that are the cause, by halves, and calls it with the
 * others: a bug that one pod meets must not stop the node. `work` may be called often, so it changes nothing. Its second
 * argument has the items that are left out of the last call. Throws the error of `work` when no single item is the cause.
 */
export async function contain<Item, Result>(
  items: readonly Item[],
  work: (items: readonly Item[], broken: readonly Broken<Item>[]) => Result | Promise<Result>,
  isOfRun: (error: unknown) => boolean = () => false,
): Promise<{ readonly result: Result; readonly broken: readonly Broken<Item>[] }> {
  try {
    return { result: await work(items, []), broken: [] };
  } catch (error) {
    if (isOfRun(error) || items.length === 0 || (await throwsAlways(work))) throw error;
    const broken = await causes(items, (some) => work(some, []), error as Error);
    if (broken.length === 0) throw error;
    const known = new Set(broken.map(({ item }) => item));
    const others = items.filter((item) => !known.has(item));
    return { result: await work(others, broken), broken };
  }
}

/** True when the cause is none of the items. Then the search would try each of them in vain. */
async function throwsAlways<Item>(
  work: (items: readonly Item[], broken: readonly Broken<Item>[]) => unknown,
): Promise<boolean> {
  try {
    await work([], []);
    return false;
  } catch {
    return true;
  }
}

/** Returns the items of a list that throw alone; `error` is what the whole list throws. */
async function causes<Item>(
  items: readonly Item[],
  work: (items: readonly Item[]) => unknown,
  error: Error,
): Promise<readonly Broken<Item>[]> {
  if (items.length === 1) return items.map((item) => ({ item, error }));
  const middle = Math.ceil(items.length / 2);
  const found: Broken<Item>[] = [];
  for (const half of [items.slice(0, middle), items.slice(middle)]) {
    try {
      await work(half);
    } catch (cause) {
      found.push(...(await causes(half, work, cause as Error)));
    }
  }
  return found;
}
