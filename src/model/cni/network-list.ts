import { isObject } from "./json.ts";
import { newestVersion } from "./version.ts";

/** A network configuration of an add-on, as libcni loads it. */
export interface NetworkList {
  readonly name: string;
  /** The version in which the plugins get their configuration; empty: the file names none, which plugins take for 0.1.0. */
  readonly cniVersion: string;
  /** The plugins are not asked to remove what no pod has any more. */
  readonly disableGC: boolean;
  /** The configuration as libcni keeps it in its results. */
  readonly text: string;
  readonly plugins: readonly ListedPlugin[];
  /** More plugins are in the files of the directory with the network's name. */
  readonly loadsFolder: boolean;
}

export interface ListedPlugin {
  readonly type: string;
  /** The capability arguments that the plugin takes. */
  readonly capabilities: readonly string[];
  /** The configuration with name and version, but without `prevResult` and `runtimeConfig`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Thrown for a configuration that is not usable. The message does not contain the path. */
export class NetworkListError extends Error {
  override readonly name = "NetworkListError";
}

/**
 * Returns the network of a file, by its name: `.conflist` has a list, `.conf` and `.json` have one plugin (`libcni/conf.go:
 * NetworkConfFromBytes, ConfListFromConf`, v1.3.0). Throws NetworkListError.
 */
export function parseNetworkList(file: string, text: string): NetworkList {
  const raw = parseObject(text);
  if (file.endsWith(".conflist")) return listOf(raw, text);
  if (!isText(raw.type))
    throw new NetworkListError("no 'type': a list of plugins needs a name that ends with .conflist");
  const list = { name: raw.name, cniVersion: raw.cniVersion ?? "", plugins: [raw] };
  return { ...listOf(list, JSON.stringify(list)), loadsFolder: false };
}

/** Returns a list with the plugins of these files appended, each of which has one (`NetworkPluginConfsFromFiles`, v1.3.0). */
export function withPlugins(list: NetworkList, texts: readonly string[]): NetworkList {
  const more = texts.map((text) => pluginOf(parseObject(text), list));
  const plugins = [...list.plugins, ...more];
  if (plugins.length === 0) throw new NetworkListError("no plugin configs found");
  return { ...list, plugins };
}

function listOf(raw: Readonly<Record<string, unknown>>, text: string): NetworkList {
  const { name, plugins } = raw;
  if (!isText(name)) throw new NetworkListError("no name");
  // It becomes the name of a file (`pkg/utils/utils.go: ValidateNetworkName`).
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name))
    throw new NetworkListError("invalid characters found in network name");
  const named = { name, cniVersion: versionOf(raw) };
  const loadsOnlyInlined = flag(raw, "loadOnlyInlinedPlugins");
  if (plugins === undefined && loadsOnlyInlined)
    throw new NetworkListError("`loadOnlyInlinedPlugins` is true, and no 'plugins' key");
  if (plugins !== undefined && !Array.isArray(plugins)) throw new NetworkListError("invalid 'plugins' type");
  if (plugins?.length === 0) throw new NetworkListError("no plugins in list");
  return {
    ...named,
    disableGC: flag(raw, "disableGC"),
    text,
    plugins: (plugins ?? []).map((plugin: unknown) => pluginOf(plugin, named)),
    loadsFolder: !loadsOnlyInlined,
  };
}

function pluginOf(raw: unknown, { name, cniVersion }: Pick<NetworkList, "name" | "cniVersion">): ListedPlugin {
  if (!isObject(raw)) throw new NetworkListError("a plugin is no JSON object");
  const { prevResult: _, ...config } = raw;
  const { type, capabilities = {} } = raw;
  if (!isText(type)) throw new NetworkListError("missing 'type' of a plugin");
  // The name of a program in the directories for plugins (`pkg/invoke/find.go: FindInPath`).
  if (type.includes("/") || !isLine(type)) throw new NetworkListError(`invalid plugin name: ${JSON.stringify(type)}`);
  if (!isObject(capabilities)) throw new NetworkListError("invalid 'capabilities' type");
  const taken = Object.keys(capabilities).filter((key) => capabilities[key] === true);
  if (taken.length > 0) delete config.runtimeConfig;
  return { type, capabilities: taken.filter(isWord), config: { ...config, name, cniVersion } };
}

function versionOf({ cniVersion = "", cniVersions = [] }: Readonly<Record<string, unknown>>): string {
  if (typeof cniVersion !== "string") throw new NetworkListError("invalid cniVersion type");
  if (!Array.isArray(cniVersions) || !cniVersions.every((each) => typeof each === "string"))
    throw new NetworkListError("invalid type for cniVersions");
  const given = [...cniVersions, ...(cniVersion === "" ? [] : [cniVersion])];
  if (!given.every((each) => /^\d+(\.\d+){0,2}$/.test(each))) throw new NetworkListError("invalid cniVersions entry");
  return cniVersions.length === 0 ? cniVersion : (newestVersion(given) ?? cniVersion);
}

/** Returns a boolean, which may be a text. */
function flag(raw: Readonly<Record<string, unknown>>, key: string): boolean {
  const value = raw[key] ?? false;
  const text = String(value).toLowerCase();
  if (text !== "true" && text !== "false") throw new NetworkListError(`invalid value for ${key}`);
  return text === "true";
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** True for a text without control characters: `pod-network` reads lines. */
function isLine(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

function isWord(text: string): boolean {
  return isLine(text) && !text.includes(" ");
}

function parseObject(text: string): Record<string, unknown> {
  const parsed = tryParse(text);
  if (!isObject(parsed)) throw new NetworkListError("error parsing configuration: it is no JSON object");
  return parsed;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NetworkListError(`error parsing configuration: ${(error as Error).message}`);
  }
}
