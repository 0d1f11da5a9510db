import { withPinnedImages } from "../io/auto-update/pinned-images.ts";
import { readAutoUpdateStates } from "../io/auto-update/states.ts";
import { loadSchema } from "../io/bundles/loaders.ts";
import { readTimeZones } from "../io/host/time-zones.ts";
import type { Manifests } from "../io/schema/manifest-files.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Config } from "../model/host/config.ts";
import type { Reference } from "../model/references.ts";
import { templateClaim } from "../model/template-claim.ts";
import type { PodList } from "../model/world.ts";
import type { PodSource, Workloads } from "../ports.ts";
import type { UnitChange } from "../report/unit-changes.ts";
import { CliError } from "./failure.ts";
import { manifestFiles } from "./manifest-arguments.ts";
import { printable } from "./output.ts";

/** The pods, workloads and Services of files, and the ConfigMaps and Secrets by their `referenceKey`. */
export type GivenObjects = Pick<Manifests, "pods" | "workloads" | "cronJobs" | "services" | "objects">;

/** Returns the objects of files, as this host would read them. Throws CliError for a mistake, and on a joined node. */
export async function objectsOfFiles(files: readonly string[], config: Config): Promise<GivenObjects> {
  if (config.cluster !== undefined)
    throw new CliError(
      "unitlet plan: -f is for a standalone host, and this node has joined a cluster: use kubectl diff, and unitlet render for the units",
    );
  const { parseManifests } = await loadSchema();
  const manifests = parseManifests(
    manifestFiles(files).map((file) => ({ ...file, opensSecrets: true })),
    config.nodeName,
  );
  if (manifests.problems.length > 0) throw new CliError(manifests.problems.join("\n"));
  return withPinnedImages(manifests, readAutoUpdateStates());
}

/** Returns the source with these objects besides its own. One of the same kind, namespace and name is replaced. */
export function withObjects(source: PodSource, given: GivenObjects): PodSource {
  const { pods, workloads, cronJobs, services, objects } = given;
  return {
    hasObjects: source.hasObjects,
    list: async () => {
      const result = await source.list();
      if (!result.ok) return result;
      return {
        ...result,
        parse: () => {
          const { pods: own, ...rest } = result.parse();
          return {
            ...rest,
            pods: merged(own, pods),
            ...withWorkloads(rest.workloads, workloads, cronJobs),
            ...(services.length > 0 && { services: [...withoutNames(rest.services ?? [], services), ...services] }),
          };
        },
      };
    },
    node: () => source.node(),
    fetch: async (due) => {
      const at = Date.now();
      const resolved = due.flatMap(({ key, reference }) => {
        const value = Object.hasOwn(objects, key) ? objects[key] : claimOf(workloads, reference);
        return value === undefined ? [] : [[key, { ok: true, value, at }] as const];
      });
      return new Map([...(await source.fetch(due)), ...resolved]);
    },
    publish: (...args) => source.publish(...args),
    recordEvent: (event) => source.recordEvent(event),
    deletePodObject: (pod) => source.deletePodObject(pod),
  };
}

function claimOf(workloads: GivenObjects["workloads"], reference: Reference): unknown {
  if (reference.kind !== "persistentvolumeclaim") return undefined;
  return templateClaim(workloads, reference.namespace, reference.name);
}

function withWorkloads(
  known: Workloads | undefined,
  given: GivenObjects["workloads"],
  cronJobs: GivenObjects["cronJobs"],
): { readonly workloads?: Workloads } {
  if (given.length + cronJobs.length === 0) return {};
  const others = withoutNames(known?.objects ?? [], given);
  const { states = [], cron } = known ?? {};
  const otherCronJobs = withoutNames(cron?.objects ?? [], cronJobs);
  const all = [...otherCronJobs, ...cronJobs];
  const own = { objects: all, states: cron?.states ?? [], ...readTimeZones(all) };
  return { workloads: { states, objects: [...others, ...given], ...(all.length > 0 && { cron: own }) } };
}

interface Named {
  /** Undefined for a Service. */
  readonly kind?: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

function withoutNames<T extends Named>(known: readonly T[], given: readonly T[]): readonly T[] {
  const names = new Set(given.map(nameOf));
  return known.filter((each) => !names.has(nameOf(each)));
}

function nameOf({ kind = "Service", metadata }: Named): string {
  return `${kind} ${namespacedName(metadata)}`;
}

/** Returns the UIDs of the pods that these objects are or make, from the plan of a run with them. */
export function givenUIDs({ pods, workloads }: GivenObjects, { workloads: made }: PodList): ReadonlySet<string> {
  const names = new Set(workloads.map(nameOf));
  const own = (made?.states ?? []).filter(({ kind, ...metadata }) => names.has(`${kind} ${namespacedName(metadata)}`));
  return new Set(
    [...pods, ...own.flatMap((state) => state.pods.map(({ pod }) => pod))].map(({ metadata }) => metadata.uid),
  );
}

/** A pod of the same UID has its status already. It may differ: labels do not change the UID, and a manifest may name one. */
function merged(own: readonly Pod[], pods: readonly Pod[]): readonly Pod[] {
  const statuses = new Map(own.map(({ metadata, status }) => [metadata.uid, status]));
  const names = new Set(pods.map(({ metadata }) => namespacedName(metadata)));
  return [
    ...own.filter(({ metadata }) => !names.has(namespacedName(metadata))),
    ...pods.map((pod) => {
      const status = statuses.get(pod.metadata.uid);
      return status === undefined ? pod : { ...pod, status };
    }),
  ];
}

/** Returns the changes by pod, one line for each, and how many there are of each kind. */
export function formatChanges(changes: readonly UnitChange[]): string {
  if (changes.length === 0) return "Nothing to do.\n";
  const groups = [...Map.groupBy(changes, ({ pod }) => pod)].map(([pod, own]) => {
    const lines = own.map(({ change, subject, effect, because }) => {
      const words = effect === undefined ? "" : ` ${effect}`;
      return `  ${change} ${subject}${words}: ${printable(because.replaceAll("\n", " "))}\n`;
    });
    return `${pod}:\n${lines.join("")}`;
  });
  const count = (of: UnitChange["change"] | UnitChange["effect"]) =>
    changes.filter(({ change, effect }) => change === of || effect === of).length;
  const units = `Units: ${count("+")} to add, ${count("~")} to change, ${count("-")} to remove.`;
  const containers = `Containers: ${count("restarts")} to restart, ${count("stops")} to stop.`;
  return `${groups.join("")}\n${units} ${containers}\n`;
}
