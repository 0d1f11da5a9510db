import { keyOf, type Need, type Reference } from "../model/references.ts";

/** How old what is known of ConfigMaps and the like may be, in milliseconds: as the kubelet's caches have it. */
export const MINUTE = 60_000;

export function need(reference: Reference, maxAge = MINUTE, optional = false): Need {
  return { key: keyOf(reference), reference, maxAge, optional };
}
