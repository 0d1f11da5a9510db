import type * as Rare from "../schema/index.ts";

/** YAML and schema checks are needed only when a file has changed: their bundle is loaded then. */
export async function loadRare(): Promise<typeof Rare> {
  return await import("../schema/index.ts");
}
