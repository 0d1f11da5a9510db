import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../io/config-files.ts";
import { isDirectory } from "../../io/files.ts";
import { markStopping } from "../../io/pods/pod-directories.ts";
import { hasClaim } from "../../io/volumes/claims.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { claimPath, podRunDir } from "../../model/paths.ts";
import { requestRun, requireRoot } from "../agent.ts";
import { withDirectoryLock } from "../directory-lock.ts";
import { CliError } from "../failure.ts";
import type { ApiObject } from "../objects/api-object.ts";
import { type HostObjects, readHostObjects, readStored } from "../objects/host-objects.ts";
import { findKind, resourceOf } from "../objects/kinds.ts";
import { isMadeClaim } from "../objects/made-claims.ts";
import { changedFiles, writeChanged } from "../objects/manifest-edits.ts";
import { print, printError } from "../output.ts";
import { givenObjects, inNamespace, keyOf } from "./apply.ts";
import { type DeleteOptions, deleteOptions } from "./delete-options.ts";
import { requireStandalone } from "./joined.ts";
import { type Found, findObjects, notFound, parseResources } from "./resources.ts";
import { isMadeBy, ownerOf } from "./target-pods.ts";
import { tellMissing } from "./tell-missing.ts";

const DELETE_USAGE = `usage: unitlet delete -f FILE… [OPTION…]
       unitlet delete KIND NAME… [OPTION…]
       unitlet delete KIND/NAME… [OPTION…]
       unitlet delete KIND -l SELECTOR [OPTION…]

Removes objects from the directory of manifests of a standalone host, and waits until their pods have ended. Other documents of
their files stay as they are. A pod that a Deployment or another object has made cannot be deleted alone.
The data of a PersistentVolumeClaim stay on the host: unitlet claims delete removes them.

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
  const host = await readHostObjects(config, Date.now());
  const { objects, missing } = await targets(config, host, options);
  if (!options.ignoreNotFound) tellMissing(missing, host.problems);
  const pods = await podsOf(config, objects);
  const remove = () => removeAll(config, objects, options.isDry);
  await (options.isDry ? remove() : withDirectoryLock(config.manifests, remove));
  for (const object of objects) tellDeleted(object, options.isDry);
  if (options.isDry || objects.length === 0) return "";
  const { gracePeriod } = options;
  // As in a cluster, the pods of other objects end within their own grace periods.
  const named = objects.flatMap(({ kind, metadata: { uid } }) => (kind === "Pod" && uid !== undefined ? [uid] : []));
  // A run may have removed all of a pod by now.
  const left = named.filter((uid) => isDirectory(podRunDir(uid)));
  if (gracePeriod !== undefined) for (const uid of left) markStopping(uid, gracePeriod);
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
async function targets(
  config: Config,
  host: HostObjects,
  { files, words, namespace, selector }: DeleteOptions,
): Promise<Found> {
  if (files.length > 0) {
    const given = (await givenObjects(files, config)).map((each) => inNamespace(each, namespace));
    const keys = new Set(given.map(keyOf));
    const objects = host.objects.filter((each) => keys.has(keyOfObject(each)) && !isMadeClaim(each, host.stored));
    const found = new Set(objects.map(keyOfObject));
    const missing = given.filter((each) => !found.has(keyOf(each))).map(({ kind, name }) => missingText(kind, name));
    return { objects, missing };
  }
  const { objects, missing } = findObjects(host, parseResources(words), {
    namespace: namespace ?? "default",
    selector,
  });
  for (const each of objects) refuseOwned(each);
  for (const each of objects) if (isMadeClaim(each, host.stored)) refuseUnwritten(each);
  return { objects: [...new Set(objects)], missing };
}

function missingText(kind: string, name: string): string {
  const known = findKind(kind);
  return known === undefined ? `Error (NotFound): ${kind} "${name}" not found` : notFound(known, name);
}

function refuseOwned({ kind, metadata }: ApiObject): void {
  const owner = ownerOf(metadata);
  if (owner === undefined) return;
  const name = `${owner.kind.toLowerCase()}/${owner.name}`;
  const because = kind === "Pod" ? "which would make another one" : "and no file has it";
  throw new CliError(
    `error: ${kind.toLowerCase()} ${metadata.name} belongs to ${name}, ${because}: delete or change ${name}`,
  );
}

function refuseUnwritten({ metadata: { namespace, name } }: ApiObject): void {
  throw new CliError(
    `error: persistentvolumeclaim ${name} is in no file, and only its data are left to delete: unitlet claims delete ${namespace}/${name}`,
  );
}

function keyOfObject({ kind, metadata }: ApiObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

/** Removes all definitions of objects: without the first one a run would use the second. */
async function removeAll(config: Config, objects: readonly ApiObject[], isDry: boolean): Promise<void> {
  const { objects: stored } = await readStored(config);
  const doomed = new Set(objects.map(keyOfObject));
  const edits = stored.filter((each) => doomed.has(keyOf(each))).map((each) => ({ stored: each }));
  for (const file of changedFiles(edits)) {
    if (isDry) continue;
    writeChanged(file);
    const hasOthers = stored.some((each) => each.place.file === file.path && !doomed.has(keyOf(each)));
    if (hasOthers) printError(`edited ${file.path}, which has other objects`);
  }
}

function tellDeleted(object: ApiObject, isDry: boolean): void {
  const { namespace, name } = object.metadata;
  print(`${shownName(object)} deleted from ${namespace} namespace${isDry ? " (dry run)" : ""}\n`);
  if (object.kind === "PersistentVolumeClaim" && hasClaim(namespace, name))
    printError(
      `its data stay in ${claimPath(namespace, name)}: unitlet claims delete ${namespace}/${name} removes them`,
    );
}

/** Returns the UIDs of the pods that are or belong to these objects. */
async function podsOf(config: Config, objects: readonly ApiObject[]): Promise<readonly string[]> {
  const host = await readHostObjects(config, Date.now());
  // The Jobs of a CronJob end with it.
  const jobs = host.objects.filter((each) => objects.some((object) => isMadeBy(each, object)));
  const own = host.objects.filter(
    (each) =>
      each.kind === "Pod" &&
      [...objects, ...jobs].some((object) => keyOfObject(object) === keyOfObject(each) || isMadeBy(each, object)),
  );
  return own.flatMap(({ metadata: { uid } }) => uid ?? []);
}

/** Waits until nothing is left of these pods. Throws CliError after the timeout, and when a run does not end them. */
async function ended(config: Config, pods: readonly string[], { timeoutMs }: DeleteOptions): Promise<void> {
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
  for (;;) {
    const { objects, problems } = await readHostObjects(config, Date.now());
    const left = objects.find(({ metadata }) => metadata.uid !== undefined && pods.includes(metadata.uid));
    if (left === undefined) return;
    if (problems.length > 0)
      throw new CliError(
        [...problems, `${shownName(left)} goes on while a manifest has a mistake: correct it`]
          .map((each) => `error: ${each}`)
          .join("\n"),
      );
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
