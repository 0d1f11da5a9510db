import { parseArgs } from "node:util";
import { diskSpace, readStore, removeImage } from "../io/images/image-store.ts";
import { writeRemoval } from "../io/images/package-store.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { packageOf } from "../model/image/deb.ts";
import type { StoredTree } from "../model/image/image.ts";
import { pullUnits, runToEnd } from "./agent.ts";
import { formatTable } from "./columns.ts";
import { CliError } from "./failure.ts";
import { exportImages } from "./images/export.ts";
import { importImages } from "./images/import.ts";
import { importChanged } from "./images/import-changed.ts";
import { pinImages, unpinImages } from "./images/pin.ts";
import { pullImages } from "./images/pull.ts";

const IMAGES_USAGE = `usage: unitlet images [list]
       unitlet images prune
       unitlet images pull [--quiet] REF…
       unitlet images import [--quiet] [--name REF] FILE…
       unitlet images import [--quiet] --changed
       unitlet images export REF… FILE
       unitlet images pin REF…
       unitlet images unpin REF…

Lists the images and packages that were fetched for pods, with the number of containers and volumes that use each.

  prune   remove those that have no user and are not pinned
  pull    pull images with the host's own credentials, whether a pod needs them or not
  import  make images of archives: OCI and docker archives, also compressed by gzip, zstd or xz, and directories with an OCI layout
  export  write an OCI archive of images
  pin     keep images that have no user, also those that have this name later
  unpin   let them go again

  --changed    import the archives in /etc/unitlet/images that are new or have changed
  --name REF   the name of the image, for an archive that names none
  -q, --quiet  show no progress

Archives in /etc/unitlet/images are imported at boot and when they change, and their images stay while the archive is there.

examples:
  unitlet images pull docker.io/library/nginx:1.25
  unitlet images export docker.io/library/nginx:1.25 nginx.tar
  unitlet images import nginx.tar
  docker save nginx:1.25 | zstd > nginx.tar.zst && unitlet images import nginx.tar.zst
  unitlet images pin docker.io/library/nginx:1.25
`;

const OPTIONS = {
  name: { type: "string" },
  changed: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
} as const;

type Verb = "list" | "prune" | "pull" | "import" | "export" | "pin" | "unpin";
type Values = {
  readonly name?: string | undefined;
  readonly changed?: boolean | undefined;
  readonly quiet?: boolean | undefined;
};

/** The options of each verb, and whether it takes names or files. */
const VERBS: Readonly<Record<Verb, { readonly options: readonly string[]; readonly takesWords: boolean }>> = {
  list: { options: [], takesWords: false },
  prune: { options: [], takesWords: false },
  pull: { options: ["quiet"], takesWords: true },
  import: { options: ["quiet", "name", "changed"], takesWords: true },
  export: { options: [], takesWords: true },
  pin: { options: [], takesWords: true },
  unpin: { options: [], takesWords: true },
};

/** `unitlet images`: lists, removes, fetches and pins images. Throws CliError. */
export async function images(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return IMAGES_USAGE;
  const { verb, words, values } = parse(args);
  const isQuiet = values.quiet === true;
  switch (verb) {
    case "list":
      return table(readStore(), Date.now());
    case "prune":
      return await prune();
    case "pull":
      return await pullImages(words, isQuiet);
    case "import":
      if (values.changed === true) return await importChanged(isQuiet);
      return await importImages(words, { isQuiet, ...(values.name !== undefined && { name: values.name }) });
    case "export":
      return exportImages(words);
    case "pin":
      return pinImages(words);
    case "unpin":
      return unpinImages(words);
    default:
      return verb satisfies never;
  }
}

function parse(args: readonly string[]): { verb: Verb; words: readonly string[]; values: Values } {
  const { values, positionals } = parsed(args);
  const [verb = "list", ...words] = positionals;
  if (!isVerb(verb)) throw usage(`unknown command "${verb}"`);
  const { options, takesWords } = VERBS[verb];
  const other = Object.keys(values).find((option) => !options.includes(option));
  if (other !== undefined) throw usage(`${verb} has no option --${other}`);
  if (values.changed === true && (words.length > 0 || values.name !== undefined))
    throw usage("--changed imports the archives of the directory alone");
  if (takesWords && words.length === 0 && values.changed !== true)
    throw usage(`${verb} needs ${verb === "import" ? "a file" : "the name of an image"}`);
  if (!takesWords && words.length > 0) throw usage(`unexpected argument "${words[0]}"`);
  return { verb, words, values };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function isVerb(verb: string): verb is Verb {
  return Object.hasOwn(VERBS, verb);
}

function usage(problem: string): CliError {
  return new CliError(`unitlet images: ${problem}\n\n${IMAGES_USAGE}`, EX_USAGE);
}

async function prune(): Promise<string> {
  const store = readStore();
  // Layers that a running pull has fetched have no users yet.
  const busy = pullUnits();
  if (busy !== "") throw new CliError(`an image is being pulled: try again when that is over\n${busy}`);
  const unused = store.filter(({ users, isPinned }) => users.length === 0 && isPinned !== true);
  const pinned = store.filter(({ users, isPinned }) => users.length === 0 && isPinned === true);
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
    ...pinned.map((each) => `kept ${nameOf(each)}: it is pinned\n`),
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
        tree.isPinned ? "yes" : "-",
      ];
      return (tree.names.length > 0 ? tree.names : ["<none>"]).map((name) => [name, ...rest]);
    });
  return formatTable([["IMAGE", "DIGEST", "SIZE", "USERS", "USED", "PINNED"], ...rows]);
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
