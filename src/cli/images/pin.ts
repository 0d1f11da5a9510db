import { join } from "node:path";
import { ARCHIVES } from "../../io/images/archive-directory.ts";
import { readArchiveRecords } from "../../io/images/archive-records.ts";
import { readStore } from "../../io/images/image-store.ts";
import { pin, unpin } from "../../io/images/pins.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import { ociReference } from "./commanded-pull.ts";

/** `unitlet images pin REF…`: keeps images that no container uses. Throws CliError. */
export function pinImages(names: readonly string[]): string {
  requireRoot("images pin");
  const references = names.map(ociReference);
  for (const reference of references) pin(reference);
  const present = new Set(readStore().flatMap((tree) => tree.names));
  return references
    .map(({ name }) => `pinned ${name}${present.has(name) ? "" : ", which is not on this host yet"}\n`)
    .join("");
}

/** `unitlet images unpin REF…`. Throws CliError for a name that was not pinned. */
export function unpinImages(names: readonly string[]): string {
  requireRoot("images unpin");
  const references = names.map(ociReference);
  const unknown = references.filter((reference) => !unpin(reference)).map(({ name }) => name);
  if (unknown.length > 0) {
    const files = [...readArchiveRecords()].filter(([, { names: own }]) => own.some((name) => unknown.includes(name)));
    const remedy = files.map(([file]) => `. To let the images of ${join(ARCHIVES, file)} go, remove the file`).join("");
    throw new CliError(`not pinned: ${unknown.join(", ")}${remedy}`);
  }
  return references.map(({ name }) => `unpinned ${name}\n`).join("");
}
