import { digest } from "./hash.ts";

/** Tells one image's name from every other, and is good for a file and for an instance of a unit. */
export function imageKey(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1).replace(/@sha256:([0-9a-f]{12}).*/, "_$1");
  return `${last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 60)}_${digest(name, 8)}`;
}

/** The unit that pulls it. */
export const imageUnit = (key: string) => `unitlet-image@${key}.service`;

/** Undefined for any other unit. */
export function pulledBy(unit: string): string | undefined {
  return /^unitlet-image@([a-z0-9_]+)\.service$/.exec(unit)?.[1];
}
