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
import { IMAGES_USAGE } from "./images/usage.ts";
import { type Progress, type Result, withProgress } from "./progress.ts";
import { outputMode, PROGRESS_OPTIONS } from "./progress-options.ts";

const OPTIONS = {
  name: { type: "string" },
  changed: { type: "boolean" },
  ...PROGRESS_OPTIONS,
} as const;

type Verb = "list" | "prune" | "pull" | "import" | "export" | "pin" | "unpin";
type Values = {
  readonly name?: string | undefined;
  readonly changed?: boolean | undefined;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const OUTPUT = Object.keys(PROGRESS_OPTIONS);

/** The options of each verb, and whether it takes names or files. */
const VERBS: Readonly<Record<Verb, { readonly options: readonly string[]; readonly takesWords: boolean }>> = {
  list: { options: [], takesWords: false },
  prune: { options: [], takesWords: false },
  pull: { options: OUTPUT, takesWords: true },
  import: { options: [...OUTPUT, "name", "changed"], takesWords: true },
  export: { options: OUTPUT, takesWords: true },
  pin: { options: [], takesWords: true },
  unpin: { options: [], takesWords: true },
};

/** `unitlet images`: lists, removes, fetches and pins images. Throws CliError. */
export async function images(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return IMAGES_USAGE;
  const { verb, words, values } = parse(args);
  const show = (work: (progress: Progress) => Promise<Result>) =>
    withProgress(`images ${verb}`, outputMode(values), work);
  switch (verb) {
    case "list":
      return table(readStore(), Date.now());
    case "prune":
      return await prune();
    case "pull":
      return await show((progress) => pullImages(words, progress));
    case "import":
      if (values.changed === true) return await show(importChanged);
      return await show((progress) => importImages(words, values.name, progress));
    case "export":
      return await show((progress) => exportImages(words, progress));
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
