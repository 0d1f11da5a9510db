import { pathToFileURL } from "node:url";
import { run } from "../support/run.ts";

/** Imports a module of this project by its path, such as `src/io/files.ts`, or one of Node or npm by its name. */
export type Load = <T>(path: string) => Promise<T>;

/** True when this process may mount. Without root the tests that need it are skipped, which is a failure in CI. */
export const canMount = process.getuid?.() === 0;

const EMPTY = ["/run", "/var/lib", "/etc/systemd/system"];

/**
 * Calls `body` in a process of its own, on this host but with nothing in the directories that unitlet writes to; they vanish
 * with the process. Returns what `body` returns, as JSON. `body` sees nothing of the file around it but what `load` imports.
 */
export async function onEmptyHost<T>(body: (load: Load) => Promise<T>): Promise<T> {
  const project = pathToFileURL("./").href;
  const program = `
    const load = (path) => import(path.endsWith(".ts") ? ${JSON.stringify(project)} + path : path);
    process.umask(0o077);
    console.log(JSON.stringify(await (${body.toString()})(load)));
    process.exit();`;
  const mounts = EMPTY.map((path) => `mount -t tmpfs -o mode=755 tmpfs ${path}`).join("; ");
  const node = [process.execPath, "--input-type=module", "--eval", program];
  const { stdout } = await run([
    ...(["unshare", "--mount", "--propagation", "private"] as const),
    ...["sh", "-ec", `${mounts}; exec "$@"`, "sh", ...node],
  ]);
  return JSON.parse(stdout) as T;
}
