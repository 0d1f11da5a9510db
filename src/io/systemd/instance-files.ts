import { join } from "node:path";
import type { Config } from "../../model/host/config.ts";
import { list, remove } from "../files.ts";
import { DROP_IN_DIRECTORIES } from "./unit-files.ts";

/** An instance of a template of the agent that serves containers. Settings of the template itself have no instance. */
const INSTANCE = /^unitlet-(?:log|probe)@[^@]+[.](?:socket|service|timer)(?:[.](?:d|wants|requires|upholds))?$/;

/** True for the name of a file or directory that changes an instance of a template of the agent. */
export function isOfInstance(name: string): boolean {
  return INSTANCE.test(name);
}

/**
 * Returns the paths by which an administrator has masked or overridden the output pipe of a container or the timer of its
 * probes. With `ofDropIns` "keep", drop-ins are left out.
 */
export function readInstanceFiles(ofDropIns: Config["dropIns"]): readonly string[] {
  return DROP_IN_DIRECTORIES.flatMap((directory) => {
    const isUnwanted = (name: string) => isOfInstance(name) && (ofDropIns === "remove" || !name.endsWith(".d"));
    return list(directory)
      .filter(isUnwanted)
      .map((name) => join(directory, name));
  });
}

/** Removes such paths. systemd must reload then. */
export function removeInstanceFiles(paths: readonly string[]): void {
  for (const path of paths) remove(path);
}
