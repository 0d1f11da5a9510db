import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The longest time of one mount or unmount. A file server that does not answer must not block the run. */
const TIMEOUT_MS = 3000;

/** Returns the mount points below a path, the deepest last. */
export function mountsBelow(path: string): readonly string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => {
      const point = line.split(" ", 5)[4];
      return point?.startsWith(`${path}/`) ? [unescaped(point)] : [];
    });
  return points.toSorted();
}

/** Decodes the octal escapes of /proc/self/mountinfo, such as \040 for a blank. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Mounts a tmpfs with these mount options. Throws when mount(8) fails. */
export function mountMemory(path: string, options: string): void {
  mount(["-t", "tmpfs", "-o", options, "tmpfs", path]);
}

/** Mounts a directory read-only, without effect of setuid bits and device files. Throws when mount(8) fails. */
export function mountForReading(directory: string, path: string): void {
  mount(["-o", "bind,ro,nosuid,nodev", directory, path]);
}

/** Mounts the file of an open descriptor, also after a rename. Throws when mount(8) fails. */
export function mountDescriptor(descriptor: number, path: string): void {
  mount(["--bind", "/proc/self/fd/3", path], descriptor);
}

function mount(args: readonly string[], descriptor?: number): void {
  // mount(8) would resolve /proc/self/fd/3 to the file's path, which may name another file by now.
  run("mount", ["--no-mtab", "--no-canonicalize", ...args], descriptor);
}

/**
 * Unmounts everything below a path. Throws when a mount remains. Then nothing there may be removed, because the content of
 * the mount does not belong to the pod.
 */
export function unmountBelow(path: string): void {
  const points = mountsBelow(path);
  // A mount below a peer of the host's mount would be unmounted on the host as well, so no peer is left before the first unmount.
  for (const point of points) run("mount", ["--no-mtab", "--no-canonicalize", "--make-rslave", point]);
  for (const point of points.toReversed()) {
    try {
      run("umount", ["--no-mtab", "--no-canonicalize", point]);
    } catch {
      run("umount", ["--no-mtab", "--no-canonicalize", "--lazy", point]);
    }
  }
  const left = mountsBelow(path)[0];
  if (left !== undefined) throw new Error(`${left} is still mounted`);
}

function run(program: string, args: readonly string[], descriptor?: number): void {
  const inherited = descriptor === undefined ? [] : [descriptor];
  execFileSync(program, [...args], { timeout: TIMEOUT_MS, stdio: ["ignore", "ignore", "pipe", ...inherited] });
}
