import type { Config } from "../../model/host/config.ts";
import { DEFAULT_UNIT_DIRECTORY, type UnitDirectory } from "../../model/unit-directory.ts";

/** Returns the directory of a step that writes units; none for the default, which such a step need not name. */
export function unitDirectory({ unitDirectory: directory }: Config): { readonly directory?: UnitDirectory } {
  return directory === DEFAULT_UNIT_DIRECTORY ? {} : { directory };
}
