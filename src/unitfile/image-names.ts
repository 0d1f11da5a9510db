import { type ImageReference, redactCredentials } from "../model/image/image-reference.ts";
import { digest } from "./hash.ts";

/** Prefix of a package's key; no other key contains "-". */
const DEB = "deb-";

/** The part of a reference to an image or a package that tells it from others. */
type NamedImage = Pick<Extract<ImageReference, { readonly name: string }>, "kind" | "name">;

/**
 * Returns a key that identifies an image and is valid in file names and unit instances. It has 128 bits of a hash, so
 * that no attacker finds an image with the key of another one.
 */
export function imageKey({ kind, name }: NamedImage): string {
  const shown = redactCredentials(name).replace(/#.*/, "");
  const last = shown.slice(shown.lastIndexOf("/") + 1).replace(/@sha256:([0-9a-f]{12}).*/, "_$1");
  const plain = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 60);
  return `${kind === "deb" ? DEB : ""}${plain}_${digest(name, 32)}`;
}

/** Prefix of the key of a pull that a command has started. No key of imageKey() contains ".". */
const BY_COMMAND = "command.";

/** Returns the key of a pull of the same image that an administrator has asked for. No run stops it. */
export const commandKey = (key: string) => `${BY_COMMAND}${key}`;

/** Returns the key of a request for the digest of an image. The hash in it is that of no other image. */
export const digestKey = (key: string) => `${BY_COMMAND}digest_${key}`;

/** True for a key of commandKey() or digestKey(). */
export const isCommandKey = (key: string) => key.startsWith(BY_COMMAND);

/** Returns the unit of the first half of a pull. */
export const fetchUnit = (key: string) => `unitlet-image-fetch@${key}.service`;

/** Returns the unit that pulls the image. */
export const imageUnit = (key: string) =>
  key.startsWith(DEB) ? `unitlet-deb@${key.slice(DEB.length)}.service` : `unitlet-image@${key}.service`;

/** Returns the key for the removal of a package that was installed for pods. */
export const removalKey = (name: string) =>
  `remove.${imageKey({ kind: "deb", name: `deb://${name}` }).slice(DEB.length)}`;
/** Returns the unit that removes the package of such a key. */
export const removalUnit = (key: string) => `unitlet-deb@${key}.service`;

/** Returns the key of the image that a unit fetches, unpacks or installs; undefined for other units. */
export function pulledBy(unit: string): string | undefined {
  const [, kind, name] = /^unitlet-(image-fetch|image|deb)@((?:command\.)?[a-z0-9_]+)\.service$/.exec(unit) ?? [];
  return name && (kind === "deb" ? DEB + name : name);
}
