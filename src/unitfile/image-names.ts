import { isDeb } from "../model/image/deb-reference.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import { digest } from "./hash.ts";

/** Of keys that are a package's: no other has a "-". */
const DEB = "deb-";

/**
 * Tells one image's name from every other, and is good for a file and for an instance of a unit. So many digits that nobody
 * finds a name of his own with the key of another's: its pods would run on his files.
 */
export function imageKey(name: string): string {
  const shown = redactCredentials(name).replace(/#.*/, "");
  const last = shown.slice(shown.lastIndexOf("/") + 1).replace(/@sha256:([0-9a-f]{12}).*/, "_$1");
  const plain = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 60);
  return `${isDeb(name) ? DEB : ""}${plain}_${digest(name, 32)}`;
}

/** The unit that pulls it. */
export const imageUnit = (key: string) =>
  key.startsWith(DEB) ? `unitlet-deb@${key.slice(DEB.length)}.service` : `unitlet-image@${key}.service`;

/** The unit that removes a package which was installed for pods, with the name of its request. */
export const removalKey = (name: string) => `remove.${imageKey(`deb://${name}`).slice(DEB.length)}`;
export const removalUnit = (key: string) => `unitlet-deb@${key}.service`;

/** Undefined for any other unit. */
export function pulledBy(unit: string): string | undefined {
  const [, kind, name] = /^unitlet-(image|deb)@([a-z0-9_]+)\.service$/.exec(unit) ?? [];
  return name && (kind === "deb" ? DEB + name : name);
}
