import { ConfigError, type ConfigFile, parseSettings, type Settings } from "../../config/settings.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { ignoreMissing } from "../files.ts";
import { decodeText } from "./decode-text.ts";

/** Returns the settings of these files, of which each may be missing. Throws ConfigError. */
export function readSettings(paths: readonly string[]): Settings {
  return parseSettings(paths.flatMap(readConfigFile));
}

function readConfigFile(path: string): ConfigFile[] {
  try {
    const bytes = ignoreMissing(() => readAdministratorFile(path));
    return bytes === undefined ? [] : [{ path, text: decodeText(bytes) }];
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as Error).message}`);
  }
}
