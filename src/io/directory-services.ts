import type { Log } from "../log.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { DirectoryService } from "../model/api/service.ts";
import { serviceLimits } from "../model/service-limits.ts";
import { readCached, writeCached } from "./cache.ts";
import type { Manifests } from "./schema/manifest-files.ts";

/** Changes with the form of what is cached. */
const FORMAT = "1";

type Read = Pick<Manifests, "services" | "problems">;

/** Remembers the Services of a directory without a mistake, and logs what they do not get. */
export function acceptServices({ services, problems }: Read, log: Log): void {
  for (const service of services)
    for (const limit of serviceLimits(service))
      log.notice("manifest", { notice: `service ${namespacedName(service.metadata)}: ${limit}` });
  if (problems.length === 0) writeCached("services", FORMAT, services);
}

/**
 * Returns the Services of a directory. A file with a mistake may define more, so those of the last directory without a mistake keep
 * their names meanwhile.
 */
export function withLostServices({ services, problems }: Read): readonly DirectoryService[] {
  if (problems.length === 0) return services;
  const names = new Set(services.map(({ metadata }) => namespacedName(metadata)));
  const before = readCached<readonly DirectoryService[]>("services", FORMAT) ?? [];
  return [...services, ...before.filter(({ metadata }) => !names.has(namespacedName(metadata)))];
}
