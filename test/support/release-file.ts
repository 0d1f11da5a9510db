import { readdirSync } from "node:fs";
import { resolve } from "node:path";

/** The directory into which `npm run release` writes. The preparation of the tests has run it. */
const RELEASE = "dist/release";

/** Returns the path of the release's file with this ending, such as ".deb". */
export function releaseFile(ending: string): string {
  const name = readdirSync(RELEASE).find((each) => each.endsWith(ending));
  if (name === undefined) throw new Error(`${RELEASE} has no ${ending}: npm run release`);
  return resolve(RELEASE, name);
}
