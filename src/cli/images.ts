import { diskSpace, readStore, removeImage } from "../io/images/image-store.ts";
import { writeRemoval } from "../io/images/package-store.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { packageOf } from "../model/image/deb.ts";
import type { StoredTree } from "../model/image/image.ts";
import { pullUnits, runToEnd } from "./agent.ts";
import { formatTable } from "./columns.ts";
import { CliError } from "./failure.ts";

const IMAGES_USAGE = `usage: unitlet images [prune]

Lists the images and packages that were fetched for pods, with the number of containers and volumes that use each.

  prune  remove those that have no user
`;

/**
 * `unitlet images`: lists the images and the number of their users. `unitlet images prune` removes those without users.
 * Throws CliError.
 */
export async function images(args: readonly string[]): Promise<string> {
  const [verb, ...rest] = args;
  if (verb === "--help") return IMAGES_USAGE;
  if (rest.length > 0 || (verb !== undefined && verb !== "prune")) throw new CliError(IMAGES_USAGE, EX_USAGE);
  const store = readStore();
  if (verb === undefined) return table(store, Date.now());
  // Layers that a running pull has fetched have no users yet.
  const busy = pullUnits();
  if (busy !== "") throw new CliError(`an image is being pulled: try again when that is over\n${busy}`);
  const unused = store.filter(({ users }) => users.length === 0);
  const before = diskSpace();
  for (const each of unused) await remove(each);
  const left = new Set(readStore().map(({ digest }) => digest));
  const gone = unused.filter(({ digest }) => !left.has(digest));
  const kept = unused.filter(({ digest }) => left.has(digest));
  const packages = gone.filter(({ digest }) => packageOf(digest) !== undefined);
  // Layers that other images share stay, so this is less than the sum of the sizes.
  const freed = before - diskSpace() + packages.reduce((sum, { diskSize }) => sum + diskSize, 0);
  return [
    ...gone.map((each) => `removed ${nameOf(each)}\n`),
    ...kept.map((each) => `kept ${nameOf(each)}: journalctl -u 'unitlet-deb@*' says why\n`),
    `${gone.length} images, ${megabytes(freed)}\n`,
  ].join("");
}

async function remove({ digest }: StoredTree): Promise<void> {
  const name = packageOf(digest);
  if (name === undefined) return await removeImage(digest);
  try {
    runToEnd(writeRemoval(name));
  } catch {
    // The package stays, and the journal of the unit has apt's message.
  }
}

/**
 * Formats the images as a table, the largest first, one row for each name. `now` is in milliseconds since the epoch.
 */
export function table(store: readonly StoredTree[], now: number): string {
  const rows = store
    .toSorted((a, b) => b.diskSize - a.diskSize)
    .flatMap((tree) => {
      const rest = [
        packageOf(tree.digest) ? "-" : tree.digest.slice(7, 19),
        megabytes(tree.diskSize),
        String(tree.users.length),
        age(now - tree.usedAt),
      ];
      return (tree.names.length > 0 ? tree.names : ["<none>"]).map((name) => [name, ...rest]);
    });
  return formatTable([["IMAGE", "DIGEST", "SIZE", "USERS", "USED"], ...rows]);
}

function nameOf({ names, digest }: StoredTree): string {
  return names.join(", ") || digest;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** Formats an age in its largest unit, as kubectl does. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
