import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "../model/host/config.ts";
import { unitletVersion } from "../version.ts";
import { loadSchema } from "./bundles/loaders.ts";
import { readCached, writeCached } from "./cache.ts";
import { list, readOptional } from "./files.ts";
import { filesFingerprint } from "./host/fingerprint.ts";

const MAIN = "/etc/unitlet/unitlet.conf";
const DIRECTORY = "/etc/unitlet/unitlet.conf.d";

export interface LoadedConfig {
  readonly config: Config;
  /** Changes when anything in the configuration does. */
  readonly key: string;
  /** Where the kubeconfig is, or would be. */
  readonly kubeconfig: string;
}

interface Memo {
  readonly config: Config;
  readonly kubeconfig: string;
  readonly kubeconfigKey: string;
}

/** Returns the configuration, and stores it for the next runs when a file of it has changed. Throws ConfigError. */
export async function loadConfig(): Promise<LoadedConfig> {
  const { key, memo, isFresh } = await findConfig();
  if (isFresh) writeCached("config", key, memo);
  return { config: memo.config, key: key + memo.kubeconfigKey, kubeconfig: memo.kubeconfig };
}

/** Returns the same configuration, and stores nothing. Throws ConfigError. */
export async function readConfig(): Promise<LoadedConfig> {
  const { key, memo } = await findConfig();
  return { config: memo.config, key: key + memo.kubeconfigKey, kubeconfig: memo.kubeconfig };
}

async function findConfig(): Promise<{ readonly key: string; readonly memo: Memo; readonly isFresh: boolean }> {
  const paths = [
    MAIN,
    ...list(DIRECTORY)
      .filter((name) => name.endsWith(".conf"))
      .map((name) => join(DIRECTORY, name)),
  ];
  // Another version may read the same words otherwise.
  const key = `${unitletVersion} ${hostname()} ${filesFingerprint([...paths, DIRECTORY])}`;
  const memo = readCached<Memo>("config", key);
  if (memo !== undefined && memo.kubeconfigKey === filesFingerprint([memo.kubeconfig]))
    return { key, memo, isFresh: false };
  return { key, memo: await parseConfig(paths), isFresh: true };
}

async function parseConfig(paths: readonly string[]): Promise<Memo> {
  const { parseSettings, readKubeconfig, toConfig } = await loadSchema();
  const files = paths.flatMap((path) => {
    const text = readOptional(path);
    return text === undefined ? [] : [{ path, text }];
  });
  const settings = parseSettings(files);
  const kubeconfigKey = filesFingerprint([settings.kubeconfig]);
  const config = toConfig(settings, hostname(), readKubeconfig(settings.kubeconfig));
  return { config, kubeconfig: settings.kubeconfig, kubeconfigKey };
}
