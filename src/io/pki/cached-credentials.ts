import type { NodeCredentials } from "../../model/host/credentials.ts";
import { readCached } from "../cache.ts";

/** Returns what the last check of the node's certificates found; undefined since boot, or with another configuration. */
export function cachedCredentials(configKey: string): NodeCredentials | undefined {
  return readCached<NodeCredentials>("credentials", configKey);
}
