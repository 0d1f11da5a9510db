import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Longest time that mounting or unmounting may take: a server that does not answer must not hold up the run. */
const TIMEOUT_MS = 3000;

/** Paths below this one where something is mounted, the deepest last. */
export function mountsBelow(path: string): readonly string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => {
      const point = line.split(" ", 5)[4];
      return point?.startsWith(`${path}/`) ? [unescaped(point)] : [];
    });
  return points.toSorted();
}

/** Blanks and the like are written in octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

export function mountMemory(path: string, options: string): void {
  mount(["-t", "tmpfs", "-o", options, "tmpfs", path]);
}

/** The directory itself, for reading; nothing there gives anybody other rights. */
export function mountForReading(directory: string, path: string): void {
  mount(["-o", "bind,ro,nosuid,nodev", directory, path]);
}

/** What an open file descriptor leads to, whatever has become of its name. */
export function mountDescriptor(descriptor: number, path: string): void {
  mount(["--bind", "/proc/self/fd/3", path], descriptor);
}

function mount(words: readonly string[], descriptor?: number): void {
  // Of the path of a descriptor mount would make the file's own, which somebody may have put another in the place of.
  run("mount", ["--no-mtab", "--no-canonicalize", ...words], descriptor);
}

/**
 * Nothing is mounted below it any more; throws when that cannot be had. Then nothing there may be removed: what is
 * mounted belongs to others.
 */
export function unmountBelow(path: string): void {
  for (const point of mountsBelow(path).toReversed()) {
    try {
      run("umount", ["--no-mtab", "--no-canonicalize", point]);
    } catch {
      run("umount", ["--no-mtab", "--no-canonicalize", "--lazy", point]);
    }
  }
  const left = mountsBelow(path)[0];
  if (left !== undefined) throw new Error(`${left} is still mounted`);
}

function run(program: string, words: readonly string[], descriptor?: number): void {
  const inherited = descriptor === undefined ? [] : [descriptor];
  execFileSync(program, [...words], { timeout: TIMEOUT_MS, stdio: ["ignore", "ignore", "pipe", ...inherited] });
}
