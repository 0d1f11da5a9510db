import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { failureText } from "../../model/cni/answer.ts";
import type { ListedPlugin, NetworkList } from "../../model/cni/network-list.ts";
import { PLUGIN_DIRECTORIES } from "../../model/cni/plugin.ts";
import { hasStatus } from "../../model/cni/version.ts";
import { DEFAULT_PATH } from "../../model/paths.ts";
import { AnswerFile } from "./answer-file.ts";

/** A run waits for all plugins no longer than this, in milliseconds: systemd ends a run after 20 s. */
const TIMEOUT_MS = 5000;

/**
 * Asks each plugin whether it can connect pods, and returns the first one's words that cannot; undefined: all can, or the
 * version of the list has no STATUS (`libcni/api.go: GetStatusNetworkList`, v1.3.0).
 */
export function networkStatus(
  { name, cniVersion, plugins }: Pick<NetworkList, "name" | "cniVersion" | "plugins">,
  directories = PLUGIN_DIRECTORIES,
): string | undefined {
  if (!hasStatus(cniVersion)) return undefined;
  const end = performance.now() + TIMEOUT_MS;
  for (const plugin of plugins) {
    const problem = askPlugin(plugin, { name, cniVersion }, { directories, end });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

interface Limits {
  readonly directories: readonly string[];
  /** The end of the time for all plugins, as `performance.now()`. */
  readonly end: number;
}

function askPlugin({ type, config }: ListedPlugin, named: object, { directories, end }: Limits): string | undefined {
  const path = directories.map((directory) => join(directory, type)).find(isExecutable);
  if (path === undefined) return `failed to find plugin "${type}" in path [${directories.join(" ")}]`;
  const env = { PATH: DEFAULT_PATH, CNI_COMMAND: "STATUS", CNI_PATH: directories.join(":") };
  using said = AnswerFile.open();
  using complained = AnswerFile.open();
  const options: SpawnSyncOptions = {
    env,
    input: JSON.stringify({ ...config, ...named }),
    timeout: Math.max(1, Math.round(end - performance.now())),
    killSignal: "SIGKILL",
    stdio: ["pipe", said?.descriptor ?? "ignore", complained?.descriptor ?? "ignore"],
  };
  const { error, status } = spawnSync(path, [], options);
  if (status === 0) return undefined;
  if (error !== undefined && "code" in error && error.code === "ETIMEDOUT")
    return `the plugins have not ended within ${TIMEOUT_MS / 1000} s: ${type}`;
  const output = said?.text().trim() || complained?.text().trim() || error?.message;
  return failureText(output || `plugin ${type} failed with no error message: exit status ${status}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
