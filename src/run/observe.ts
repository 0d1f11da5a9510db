import { isDirectory } from "../io/files.ts";
import { readConfinementProbe } from "../io/host/confinement-probe.ts";
import { readHost } from "../io/host/host.ts";
import { readPodUsage } from "../io/host/pod-usage.ts";
import { readFullStore } from "../io/images/image-store.ts";
import { readImages } from "../io/images/images.ts";
import { readPackages } from "../io/images/packages.ts";
import { fetchReferences, removeReferencesExcept } from "../io/kube/reference-store.ts";
import { readPodDirectories } from "../io/pods/pod-directories.ts";
import { readBelow } from "../io/safe-path.ts";
import type { Listing, Systemd } from "../io/systemd/systemd.ts";
import { readUnits } from "../io/systemd/unit-files.ts";
import { hostFileType } from "../io/volumes/storage.ts";
import { containersOf } from "../model/api/containers.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import type { ConfinementProbe } from "../model/host/confinement-probe.ts";
import type { Host } from "../model/host/host.ts";
import { activePressures } from "../model/host/pressure.ts";
import { SHUTDOWN_UNITS } from "../model/host/shutdown.ts";
import type { DebReference } from "../model/image/deb-reference.ts";
import type { Images } from "../model/image/image.ts";
import { parseImage } from "../model/image/image-reference.ts";
import type { ResolvedReferences } from "../model/references.ts";
import type { PodList, World } from "../model/world.ts";
import type { ListResult, PodSource } from "../ports.ts";
import { namesUser } from "../translate/annotations/user.ts";
import { neededEnvFiles } from "../translate/env/env-file.ts";
import { hasDiskLimit } from "../translate/eviction/limits.ts";
import { namesAppArmorProfile, OPTIONAL_PATHS } from "../translate/host/host-files.ts";
import { allDependencies, dueDependencies } from "../translate/references.ts";
import { neededDirectories, neededMountPoints, volumePaths } from "../translate/volumes/host-paths.ts";
import { volumeImageKeys } from "../translate/volumes/image-volumes.ts";
import { imageKey } from "../unitfile/image-names.ts";

/** All units of ours, and those of the agent that a run looks after. */
const PATTERNS = [
  "unitlet.*.service",
  "unitlet-*.slice",
  "unitlet-*.*.*.*.*",
  "run-unitlet-*.mount",
  "var-lib-unitlet-*.mount",
  "unitlet-image@*.service",
  "unitlet-deb@*.service",
  "unitlet-watch.service",
  "unitlet-sync.path",
  "unitlet-api.socket",
  ...SHUTDOWN_UNITS,
];

export interface Ports {
  readonly config: Config;
  readonly source: PodSource;
  readonly systemd: Systemd;
}

/** One snapshot of everything that this run may know. Throws BusError when systemd cannot be asked. */
export async function observe({ config, source, systemd }: Ports, answer: ListResult, now: Instant): Promise<World> {
  const pods = podList(answer);
  const listing = await systemd.list(PATTERNS);
  // After the listing: what has ended by then has left its record.
  const [units, directories] = [readUnits(listing, config.dropIns), readPodDirectories()];
  const host = readHost(config.nodeIPs, now, {});
  const [{ known: references }, node] = await Promise.all([
    referencesOf(source, pods, now),
    hasArrivals(pods) ? source.node() : undefined,
  ]);
  const containers = pods.items.flatMap(({ spec }) => containersOf(spec));
  const absent = [
    ...containers.flatMap(neededDirectories).filter((path) => !isDirectory(path)),
    ...containers.flatMap(neededMountPoints).filter((path) => hostFileType(path) === undefined),
  ];
  return {
    now,
    config,
    host: { ...host, confinementProbe: hostFiles(pods.items) },
    pods,
    ...(node ? { node } : {}),
    ...usageOf(pods.items, config, host),
    units,
    agent: {
      watch: listing.get("unitlet-watch.service"),
      path: listing.get("unitlet-sync.path"),
      socket: listing.get("unitlet-api.socket"),
      inactive: SHUTDOWN_UNITS.filter((unit) => listing.get(unit)?.active !== "active"),
    },
    directories,
    references,
    images: imagesOf(pods.items, config, listing, now),
    absentDirectories: new Set(absent),
    envFiles: envFilesOf(pods.items),
    hostFiles: hostFilesOf(pods.items, references),
  };
}

function hostFiles(pods: readonly Pod[]): ConfinementProbe {
  return readConfinementProbe(OPTIONAL_PATHS, { profile: namesAppArmorProfile(pods), user: pods.some(namesUser) });
}

/** The second look of a run, after its steps: the same pods, what the host is now. */
export async function observeAgain(world: World, systemd: Systemd, now: Instant): Promise<World> {
  const listing = await systemd.list(PATTERNS);
  const images = imagesOf(world.pods.items, world.config, listing, now);
  return { ...world, now, units: readUnits(listing, world.config.dropIns), directories: readPodDirectories(), images };
}

function envFilesOf(pods: readonly Pod[]): ReadonlyMap<string, string> {
  const files = pods.flatMap(neededEnvFiles).map(({ key, root, path }) => [key, readBelow(root, path)] as const);
  return new Map(files.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

function hostFilesOf(pods: readonly Pod[], references: ResolvedReferences): World["hostFiles"] {
  const paths = new Set(pods.flatMap((pod) => volumePaths(pod, references)));
  return new Map(
    [...paths].flatMap((path) => {
      const type = hostFileType(path);
      return type === undefined ? [] : [[path, type]];
    }),
  );
}

function imagesOf(pods: readonly Pod[], { imageGC }: Config, listing: Listing, now: Instant): Images {
  const store = readFullStore(imageGC);
  const debs = readPackages(packagesOf(pods));
  return { ...readImages(imageKeys(pods), listing, now), ...(store && { store }), ...(debs && { debs }) };
}

function packagesOf(pods: readonly Pod[]): readonly DebReference[] {
  const images = new Set(pods.flatMap(({ spec }) => containersOf(spec).map(({ image }) => image ?? "")));
  return [...images].map(parseImage).filter((reference) => reference.kind === "deb");
}

function imageKeys(pods: readonly Pod[]): ReadonlySet<string> {
  const containers = pods.flatMap(({ spec }) => containersOf(spec));
  const names = containers.map(({ image }) => parseImage(image ?? ""));
  const keys = names.flatMap((reference) => ("name" in reference ? [imageKey(reference.name)] : []));
  return new Set([...keys, ...pods.flatMap(volumeImageKeys)]);
}

/** Only where something depends on it: while the host is short of something, and of pods that have a limit of their own. */
function usageOf(pods: readonly Pod[], config: Config, host: Host): Pick<World, "usage"> {
  const short = activePressures(config, host).map(({ of }) => of);
  const isDiskShort = short.includes("ephemeral-storage") || short.includes("inodes");
  const onDisk = pods.filter((pod) => isDiskShort || hasDiskLimit(pod)).map(({ metadata }) => metadata.uid);
  // Pods of manifests are not evicted: nobody would make them anew.
  if (config.cluster === undefined || short.length + onDisk.length === 0) return {};
  return { usage: readPodUsage(new Set(onDisk)) };
}

/** Pods that nobody has judged yet. */
function hasArrivals({ items }: PodList): boolean {
  return items.some(({ status }) => status?.startTime === undefined && status?.phase !== "Failed");
}

function podList(answer: ListResult): PodList {
  if (!answer.ok) return { complete: false, items: [], because: answer.because };
  try {
    const { pods, missing } = answer.parse();
    return missing === undefined ? { complete: true, items: pods } : { complete: false, items: pods, because: missing };
  } catch (error) {
    return { complete: false, items: [], because: (error as Error).message };
  }
}

async function referencesOf(source: PodSource, pods: PodList, now: Instant): ReturnType<typeof fetchReferences> {
  // What has ended or is ending needs nothing any more.
  const needy = pods.items.filter(({ metadata, status }) => !metadata.deletionTimestamp && !isTerminal(status?.phase));
  const gathered = await fetchReferences(
    (known) => allDependencies(needy, known),
    (needs, known) => dueDependencies(needs, known, now),
    (due) => source.fetch(due),
    now,
  );
  if (pods.complete) removeReferencesExcept(gathered.needed);
  return gathered;
}
