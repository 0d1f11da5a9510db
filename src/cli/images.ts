import { diskSpace, readStore, removeImage } from "../io/image-store.ts";
import type { StoredTree } from "../model/image.ts";
import { pulls } from "./agent.ts";
import { inColumns } from "./columns.ts";
import { EX_USAGE, Failure } from "./failure.ts";

/** `unitlet images`: what is here, how many containers and volumes use it; `unitlet images prune`: removes what none does. */
export async function images(args: readonly string[]): Promise<string> {
  const [verb, ...rest] = args;
  if (rest.length > 0 || (verb !== undefined && verb !== "prune"))
    throw new Failure("usage: unitlet images [prune]", EX_USAGE);
  const store = readStore();
  if (verb === undefined) return table(store, Date.now());
  // What a pull has brought so far looks like nobody's.
  const busy = pulls();
  if (busy !== "") throw new Failure(`an image is being pulled: try again when that is over\n${busy}`);
  const unused = store.filter(({ users }) => users.length === 0);
  const before = diskSpace();
  for (const { digest } of unused) await removeImage(digest);
  // What others share stays, so this is less than their sizes.
  const freed = megabytes(before - diskSpace());
  return `${unused.map((each) => `removed ${nameOf(each)}\n`).join("")}${unused.length} images, ${freed}\n`;
}

export function table(store: readonly StoredTree[], now: number): string {
  const rows = store
    .toSorted((a, b) => b.diskSize - a.diskSize)
    .flatMap((tree) => {
      const rest = [
        tree.digest.slice(7, 19),
        megabytes(tree.diskSize),
        String(tree.users.length),
        age(now - tree.usedAt),
      ];
      return (tree.names.length > 0 ? tree.names : ["<none>"]).map((name) => [name, ...rest]);
    });
  return inColumns([["IMAGE", "DIGEST", "SIZE", "USERS", "USED"], ...rows]);
}

function nameOf({ names, digest }: StoredTree): string {
  return names.join(", ") || digest;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** As kubectl has it, of the largest unit. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
