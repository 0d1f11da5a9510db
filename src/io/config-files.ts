import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "../model/host/config.ts";
import { unitletVersion } from "../version.ts";
import { loadSchema } from "./bundles/loaders.ts";
import { readCached, writeCached } from "./cache.ts";
import { list } from "./files.ts";
import { filesFingerprint } from "./host/fingerprint.ts";

const MAIN = "/etc/unitlet/unitlet.conf";
const DIRECTORY = "/etc/unitlet/unitlet.conf.d";

/** The configuration with what identifies its files. */
export interface LoadedConfig {
  readonly config: Config;
  /** A digest of the configuration's files; it changes when one of them does. */
  readonly key: string;
  /** The path of the kubeconfig. The file need not exist. */
  readonly kubeconfig: string;
}

interface CachedConfig {
  readonly config: Config;
  readonly kubeconfig: string;
  readonly kubeconfigKey: string;
}

/** Returns the paths of the configuration's files, and of their directory. They need not exist. */
export function configFiles(): readonly string[] {
  return [...configTexts(), DIRECTORY];
}

/** Returns the configuration, and stores it for the next runs when a file of it has changed. Throws ConfigError. */
export async function loadConfig(): Promise<LoadedConfig> {
  const { key, cached, isFresh } = await findConfig();
  if (isFresh) writeCached("config", key, cached);
  return { config: cached.config, key: key + cached.kubeconfigKey, kubeconfig: cached.kubeconfig };
}

/** Returns the same configuration, and stores nothing. Throws ConfigError. */
export async function readConfig(): Promise<LoadedConfig> {
  const { key, cached } = await findConfig();
  return { config: cached.config, key: key + cached.kubeconfigKey, kubeconfig: cached.kubeconfig };
}

/** Returns the paths that the key of a stored configuration covers; undefined when the stored one is not of this key. */
export function configPathsOf(configKey: string): readonly string[] | undefined {
  const paths = configFiles();
  const key = keyOf(paths);
  const cached = readCached<CachedConfig>("config", key);
  if (cached === undefined || key + cached.kubeconfigKey !== configKey) return undefined;
  return cached.kubeconfigKey === filesFingerprint([cached.kubeconfig]) ? [...paths, cached.kubeconfig] : undefined;
}

/** Another version may parse the same text differently. */
const keyOf = (paths: readonly string[]) => `${unitletVersion} ${hostname()} ${filesFingerprint(paths)}`;

async function findConfig(): Promise<{
  readonly key: string;
  readonly cached: CachedConfig;
  readonly isFresh: boolean;
}> {
  const paths = configTexts();
  const key = keyOf([...paths, DIRECTORY]);
  const cached = readCached<CachedConfig>("config", key);
  if (cached !== undefined && cached.kubeconfigKey === filesFingerprint([cached.kubeconfig]))
    return { key, cached, isFresh: false };
  return { key, cached: await parseConfig(paths), isFresh: true };
}

function configTexts(): readonly string[] {
  const names = list(DIRECTORY).filter((name) => name.endsWith(".conf"));
  return [MAIN, ...names.map((name) => join(DIRECTORY, name))];
}

async function parseConfig(paths: readonly string[]): Promise<CachedConfig> {
  const { readSettings, readKubeconfig, toConfig } = await loadSchema();
  const settings = readSettings(paths);
  const kubeconfigKey = filesFingerprint([settings.kubeconfig]);
  const config = toConfig(settings, hostname(), readKubeconfig(settings.kubeconfig));
  return { config, kubeconfig: settings.kubeconfig, kubeconfigKey };
}
