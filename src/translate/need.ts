import { type Dependency, type Reference, referenceKey } from "../model/references.ts";

/** How old what is known of ConfigMaps and the like may be, in milliseconds: as the kubelet's caches have it. */
export const MINUTE_MS = 60_000;

export function dependency(reference: Reference, maxAge = MINUTE_MS, optional = false): Dependency {
  return { key: referenceKey(reference), reference, maxAge, optional };
}
