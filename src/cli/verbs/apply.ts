import { parseArgs } from "node:util";
import { dnsLabel } from "../../config/formats.ts";
import { loadSchema } from "../../io/bundles/loaders.ts";
import { readConfig } from "../../io/config-files.ts";
import type { StoredObject } from "../../io/schema/stored-objects.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { requestRun, requireRoot } from "../agent.ts";
import { withDirectoryLock } from "../directory-lock.ts";
import { CliError } from "../failure.ts";
import { manifestFiles } from "../manifest-arguments.ts";
import { readStored } from "../objects/host-objects.ts";
import { findKind, resourceOf } from "../objects/kinds.ts";
import { type ChangedFile, changedFiles, type Edit, newFile, textOf, writeChanged } from "../objects/manifest-edits.ts";
import { meansTheSame, withoutServerFields } from "../objects/server-fields.ts";
import { print, printError } from "../output.ts";
import { requireStandalone } from "./joined.ts";

const APPLY_USAGE = `usage: unitlet apply -f FILE… [-n NAMESPACE] [--dry-run]

Writes the objects of manifests into the directory of manifests of a standalone host, and starts a run. All are checked before
one is written. A new object gets a file of its own, NAMESPACE.KIND.NAME.yaml. An object that the directory has is replaced in its
file, whose other documents stay as they are. What the output of get -o yaml has beside the manifest is ignored: status, uid,
resourceVersion and times.

  -f, --filename FILE     a manifest, a directory of manifests, or - for standard input; may be given several times
  -n, --namespace NAME    the namespace of objects that name none; without it default
  --dry-run               show what would be written

examples:
  unitlet apply -f web.yaml
  unitlet apply -f /srv/manifests --dry-run
  generate-manifest | unitlet apply -f -

exit status 0: done; 1: a manifest has a mistake, or a file must be edited by hand; 64: wrong usage
`;

const OPTIONS = {
  filename: { type: "string", short: "f", multiple: true },
  namespace: { type: "string", short: "n" },
  "dry-run": { type: "boolean" },
} as const;

/** `unitlet apply`: writes objects into the directory of manifests. */
export async function apply(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return APPLY_USAGE;
  const { filename: files, namespace, "dry-run": isDry = false } = parsed(args);
  requireRoot(`apply ${args.join(" ")}`);
  const { config } = await readConfig();
  requireStandalone(config, "apply", `kubectl apply ${files.map((file) => `-f ${file}`).join(" ")}`);
  const given = await givenObjects(files, config);
  const write = async () => {
    const changes = await changesOf(config, given, namespace);
    // A file that must be edited by hand is an error before anything is written.
    const changed = filesOf(config, changes);
    if (!isDry) changed.forEach(writeChanged);
    return changes;
  };
  const changes = isDry ? await write() : await withDirectoryLock(config.manifests, write);
  for (const { object, result } of changes) print(`${shownName(object)} ${result}${isDry ? " (dry run)" : ""}\n`);
  if (!isDry && changes.some(({ result }) => result !== "unchanged")) requestRun();
  return "";
}

function parsed(args: readonly string[]) {
  try {
    const words = args.map((each) => (/^--dry-run=(client|server|true)$/.test(each) ? "--dry-run" : each));
    const { filename = [], ...values } = parseArgs({ args: words, options: OPTIONS }).values;
    if (filename.length === 0) throw new Error("name a manifest with -f");
    // It becomes a part of the names of files.
    const wrong = values.namespace === undefined ? undefined : dnsLabel(values.namespace as never);
    if (wrong !== undefined) throw new Error(`-n: ${wrong}`);
    return { ...values, filename };
  } catch (error) {
    throw new CliError(`unitlet apply: ${(error as Error).message}\n\n${APPLY_USAGE}`, EX_USAGE);
  }
}

/** Returns the objects of files, as this host would read them. Throws CliError with all mistakes. */
export async function givenObjects(files: readonly string[], { nodeName }: Config): Promise<readonly StoredObject[]> {
  const { readStoredObjects } = await loadSchema();
  // Standard input can be read once.
  const read = manifestFiles(files).map(({ name, read: readOnce }) => {
    const bytes = readOnce();
    return { name, read: () => bytes };
  });
  const { objects, problems } = readStoredObjects(read, nodeName);
  if (problems.length > 0) throw new CliError(problems.map((each) => `error: ${each}`).join("\n"));
  if (objects.length === 0) throw new CliError("error: no objects passed to apply");
  return objects;
}

interface Change {
  readonly object: StoredObject;
  /** The object as the directory has it; undefined: it has none. */
  readonly known: StoredObject | undefined;
  readonly result: "created" | "configured" | "unchanged";
  readonly text: string;
}

async function changesOf(
  config: Config,
  given: readonly StoredObject[],
  namespace: string | undefined,
): Promise<readonly Change[]> {
  const { objects: stored, problems } = await readStored(config);
  // A run leaves out the same documents.
  for (const problem of problems) printError(`warning: ${problem}`);
  const known = new Map(stored.toReversed().map((each) => [keyOf(each), each]));
  const seen = new Set<string>();
  return await Promise.all(
    given.map(async (each): Promise<Change> => {
      const object = withoutServerFields(inNamespace(each, namespace));
      if (seen.has(keyOf(object)))
        throw new CliError(`error: ${shownName(object)} is given twice in the namespace ${object.namespace}`);
      seen.add(keyOf(object));
      const before = known.get(keyOf(object));
      const text = await textOf(object, object !== each);
      if (before === undefined) return { object, known: before, result: "created", text };
      return { object, known: before, result: meansTheSame(before, object) ? "unchanged" : "configured", text };
    }),
  );
}

/** Returns the files of the directory that change. Throws CliError. */
function filesOf({ manifests }: Config, changes: readonly Change[]): readonly ChangedFile[] {
  const created = changes.filter(({ result }) => result === "created");
  const configured = changes.flatMap(({ known, result, text }): Edit[] =>
    known !== undefined && result === "configured" ? [{ stored: known, text }] : [],
  );
  return [...created.map(({ object, text }) => newFile(manifests, object, text)), ...changedFiles(configured)];
}

/** Returns the object in the namespace of -n. Throws CliError when it names another one. */
export function inNamespace(object: StoredObject, namespace: string | undefined): StoredObject {
  if (namespace === undefined || object.namespace === namespace) return object;
  if (object.isNamespaced)
    throw new CliError(
      `error: the namespace from the provided object "${object.namespace}" does not match the namespace "${namespace}": leave out -n, or change the object`,
    );
  const metadata = { ...(object.value.metadata as object), namespace };
  return { ...object, namespace, value: { ...object.value, metadata } };
}

export function keyOf({ kind, namespace, name }: StoredObject): string {
  return `${kind}/${namespace}/${name}`;
}

/** Returns "deployment.apps/web". */
export function shownName({ kind, name }: StoredObject): string {
  const known = findKind(kind);
  return `${known === undefined ? kind.toLowerCase() : resourceOf(known)}/${name}`;
}
