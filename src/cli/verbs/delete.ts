import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../io/config-files.ts";
import { markStopping } from "../../io/pods/pod-directories.ts";
import type { StoredObject } from "../../io/schema/stored-objects.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { requestRun, requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { ApiObject } from "../objects/api-object.ts";
import { readHostObjects, readStored } from "../objects/host-objects.ts";
import { findKind, resourceOf } from "../objects/kinds.ts";
import { editable, removeFrom } from "../objects/manifest-edits.ts";
import { print, printError } from "../output.ts";
import { givenObjects, keyOf } from "./apply.ts";
import { type DeleteOptions, deleteOptions } from "./delete-options.ts";
import { requireStandalone } from "./joined.ts";
import { findObjects, notFound, parseResources } from "./resources.ts";
import { isOwned, ownerOf } from "./target-pods.ts";

const DELETE_USAGE = `usage: unitlet delete -f FILE… [OPTION…]
       unitlet delete KIND NAME… [OPTION…]
       unitlet delete KIND/NAME… [OPTION…]
       unitlet delete KIND -l SELECTOR [OPTION…]

Removes objects from the directory of manifests of a standalone host, and waits until their pods have ended. Other documents of
their files stay as they are. A pod that a Deployment or another object has made cannot be deleted alone.

  -f, --filename FILE     the objects of a manifest, a directory of manifests, or - for standard input
  -n, --namespace NAME    the namespace; without it default
  -l, --selector TEXT     the objects with these labels
  --all                   all objects of the kind in the namespace
  --grace-period N        the seconds in which named pods may end, in place of terminationGracePeriodSeconds
  --now                   a grace period of 1 s
  --wait=false            without waiting for the end of the pods
  --timeout DURATION      wait this long at most, such as 90s
  --ignore-not-found      an object that is not there is no error
  --dry-run               show what would be removed

examples:
  unitlet delete -f web.yaml
  unitlet delete pod web --now
  unitlet delete deploy/web configmap/web --wait=false

exit status 0: done; 1: an object was not found, or a file must be edited by hand; 64: wrong usage
`;

const POLL_INTERVAL_MS = 250;

/** `unitlet delete`: removes objects from the directory of manifests. */
export async function deleteCommand(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return DELETE_USAGE;
  const options = parsed(args);
  requireRoot(`delete ${args.join(" ")}`);
  const { config } = await readConfig();
  requireStandalone(config, "delete", `kubectl delete ${args.join(" ")}`);
  const { objects, missing } = await targets(config, options);
  if (!options.ignoreNotFound) {
    for (const message of missing) printError(message);
    if (missing.length > 0) process.exitCode = 1;
  }
  const { objects: stored } = await readStored(config);
  const doomed = objects.map((object) => ({ object, places: placesOf(object, stored) }));
  for (const { places } of doomed) places.forEach(editable);
  const pods = await podsOf(config, objects);
  for (const { object, places } of doomed) {
    if (!options.isDry) await removeAll(config, places);
    print(
      `${shownName(object)} deleted from ${object.metadata.namespace} namespace${options.isDry ? " (dry run)" : ""}\n`,
    );
  }
  if (options.isDry || doomed.length === 0) return "";
  const { gracePeriod } = options;
  // As in a cluster, the pods of other objects end within their own grace periods.
  const named = objects.flatMap(({ kind, metadata: { uid } }) => (kind === "Pod" && uid !== undefined ? [uid] : []));
  if (gracePeriod !== undefined) for (const uid of named) markStopping(uid, gracePeriod);
  requestRun();
  if (options.wait) await ended(config, pods, options);
  return "";
}

function parsed(args: readonly string[]): DeleteOptions {
  try {
    return deleteOptions(args);
  } catch (error) {
    throw new CliError(`unitlet delete: ${(error as Error).message}\n\n${DELETE_USAGE}`, EX_USAGE);
  }
}

/** Returns the objects that are meant, as they are on this host. Throws CliError for a pod that another object has made. */
async function targets(config: Config, { files, words, namespace = "default", selector }: DeleteOptions) {
  const host = await readHostObjects(config, Date.now());
  if (files.length > 0) {
    const given = await givenObjects(files, config);
    const keys = new Set(given.map(keyOf));
    const objects = host.objects.filter((each) => keys.has(keyOfObject(each)));
    const found = new Set(objects.map(keyOfObject));
    const missing = given.filter((each) => !found.has(keyOf(each))).map(({ kind, name }) => missingText(kind, name));
    return { objects, missing };
  }
  const { objects, missing } = findObjects(host, parseResources(words), { namespace, selector });
  for (const each of objects) refuseOwned(each);
  return { objects, missing };
}

function missingText(kind: string, name: string): string {
  const known = findKind(kind);
  return known === undefined ? `Error (NotFound): ${kind} "${name}" not found` : notFound(known, name);
}

function refuseOwned({ metadata }: ApiObject): void {
  const owner = ownerOf(metadata);
  if (owner === undefined) return;
  const name = `${owner.kind.toLowerCase()}/${owner.name}`;
  throw new CliError(
    `error: pod ${metadata.name} belongs to ${name}, which would make another one: delete or change ${name}`,
  );
}

function keyOfObject({ kind, metadata }: ApiObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

function placesOf(object: ApiObject, stored: readonly StoredObject[]): readonly StoredObject[] {
  return stored.filter((each) => keyOf(each) === keyOfObject(object));
}

/** Removes all definitions of an object: without the first one a run would use the second. Each removal moves the others. */
async function removeAll(config: Config, places: readonly StoredObject[]): Promise<void> {
  const [first] = places;
  if (first === undefined) return;
  const { file, documents } = first.place;
  removeFrom(first);
  if (documents > 1) printError(`edited ${file}, which has other objects`);
  if (places.length === 1) return;
  const { objects } = await readStored(config);
  await removeAll(
    config,
    objects.filter((each) => keyOf(each) === keyOf(first)),
  );
}

/** Returns the UIDs of the pods that are or belong to these objects. */
async function podsOf(config: Config, objects: readonly ApiObject[]): Promise<readonly string[]> {
  const host = await readHostObjects(config, Date.now());
  const own = host.objects.filter(
    (each) =>
      each.kind === "Pod" &&
      objects.some((object) => keyOfObject(object) === keyOfObject(each) || isOwned(each, object)),
  );
  return own.flatMap(({ metadata: { uid } }) => uid ?? []);
}

/** Waits until nothing is left of these pods. Throws CliError after the timeout. */
async function ended(config: Config, pods: readonly string[], { timeoutMs }: DeleteOptions): Promise<void> {
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
  for (;;) {
    const { objects } = await readHostObjects(config, Date.now());
    const left = objects.find(({ metadata }) => metadata.uid !== undefined && pods.includes(metadata.uid));
    if (left === undefined) return;
    if (Date.now() > end)
      throw new CliError(
        `error: timed out waiting for the end of ${shownName(left)}: unitlet describe pod ${left.metadata.name}`,
      );
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Returns `pod "web"`, as kubectl names what it has deleted. */
function shownName({ kind, metadata }: ApiObject): string {
  const known = findKind(kind);
  return `${known === undefined ? kind.toLowerCase() : resourceOf(known)} ${JSON.stringify(metadata.name)}`;
}
