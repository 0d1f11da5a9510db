import type { HostFileType, HostStorage } from "../../model/storage.ts";
import { quotePath } from "../../unitfile/quote.ts";
import { cleanPath } from "./clean-path.ts";
import type { ResolvedVolume } from "./mount-source.ts";

interface Check {
  readonly type: HostFileType;
  readonly called: string;
  readonly make?: HostStorage["make"];
}

const CHECKS: Readonly<Record<string, Check>> = {
  Directory: { type: "directory", called: "directory" },
  DirectoryOrCreate: { type: "directory", called: "directory", make: "directory" },
  File: { type: "file", called: "file" },
  FileOrCreate: { type: "file", called: "file", make: "file" },
  Socket: { type: "socket", called: "socket file" },
  CharDevice: { type: "character device", called: "character device" },
  BlockDevice: { type: "block device", called: "block device" },
};

/**
 * Resolves a hostPath (`hostpath/host_path.go: checkTypeInternal`, v1.36). Without a type the path may be anything; a
 * missing directory is created, as runtimes do. container-start looks for the path at each start: PID 1 would look for it itself
 * with ConditionPathExists=, and would hang with a share or a program that does not answer. Throws UnquotableError for a path
 * that no unit can carry.
 */
export function hostFile(given: string, type: string, hostFiles: ReadonlyMap<string, HostFileType>): ResolvedVolume {
  const path = cleanPath(given);
  const check = CHECKS[type];
  const there = hostFiles.get(path);
  if (type !== "" && check === undefined) return { ok: false, because: `${type} is an invalid volume type` };
  if (there === "no answer") {
    const because = `${given} does not answer: its file system on the host waits for a server or a program`;
    return { ok: false, because };
  }
  const make = check === undefined ? "directory" : check.make;
  if (check !== undefined && there !== check.type && !(there === undefined && make))
    return { ok: false, because: `hostPath type check failed: ${given} is not a ${check.called}` };
  return {
    ok: true,
    path,
    readOnly: false,
    conditions: [],
    paths: [["-e", quotable(path)]],
    storage: there === undefined && make ? [{ kind: "host", path, make }] : [],
    auxiliaryUnits: [],
  };
}

/** Throws UnquotableError for a path that a unit can carry in no other of its lines. */
function quotable(path: string): string {
  quotePath(path);
  return path;
}
