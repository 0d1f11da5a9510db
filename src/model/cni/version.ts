/** The newest version of the CNI specification that unitlet knows (`pkg/version/version.go: Current`, v1.3.0). */
const CURRENT = "1.1.0";

/** Compares versions of the specification, such as "0.4.0": negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [numbers(a), numbers(b)];
  return first.map((number, at) => number - (second[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** Returns the newest of these versions that unitlet knows; undefined: none (`libcni/conf.go: NetworkConfFromBytes`, v1.3.0). */
export function newestVersion(versions: readonly string[]): string | undefined {
  return versions
    .filter((each) => compareVersions(each, CURRENT) <= 0)
    .toSorted(compareVersions)
    .at(-1);
}

/** True for a version with the commands STATUS and GC. */
export function hasStatus(version: string): boolean {
  return compareVersions(version, "1.1.0") >= 0;
}

function numbers(version: string): readonly number[] {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}
