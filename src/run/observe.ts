import { readClusterNetwork } from "../io/cni/cluster-network.ts";
import { readNodeSlices, withLimits } from "../io/host/cgroup-limits.ts";
import { readConfinementProbe } from "../io/host/confinement-probe.ts";
import { readHost, readLevels } from "../io/host/host.ts";
import { hostFileTypes } from "../io/host/host-file-types.ts";
import { readPodUsage } from "../io/host/pod-usage.ts";
import { readFullStore } from "../io/images/image-store.ts";
import { readImages } from "../io/images/images.ts";
import { readLostTrees } from "../io/images/lost-trees.ts";
import { readPackages } from "../io/images/packages.ts";
import { readJournals } from "../io/journal/journals.ts";
import { observePodCIDRs } from "../io/pods/pod-cidrs.ts";
import { readPodDirectories } from "../io/pods/pod-directories.ts";
import { readBelow } from "../io/safe-path.ts";
import { adoptedNames } from "../io/systemd/adopted-units.ts";
import type { Listing, Systemd } from "../io/systemd/systemd.ts";
import { readTimers, TIMER_PATTERN } from "../io/systemd/timers.ts";
import { readTypeDropIns } from "../io/systemd/type-drop-ins.ts";
import { readUnfinished } from "../io/systemd/unfinished.ts";
import { readUnits } from "../io/systemd/unit-files.ts";
import { readUnloadable } from "../io/systemd/unloadable.ts";
import type { Node } from "../model/api/node.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { activePressures, shortDisks } from "../model/host/pressure.ts";
import { SHUTDOWN_UNITS } from "../model/host/shutdown.ts";
import type { Images } from "../model/image/image.ts";
import type { ResolvedReferences } from "../model/references.ts";
import { isStaticPod } from "../model/static-pod.ts";
import type { UnitName } from "../model/unit.ts";
import type { OutputSocket, PodList, World } from "../model/world.ts";
import type { PodSource } from "../ports.ts";
import { awaitsAdmission, type Needs, needsOf } from "../translate/needs.ts";
import { outputSocketUID } from "../unitfile/names.ts";

/** Patterns of all units of pods, and of the agent's own units that a run depends on. */
const PATTERNS = [
  "unitlet.*.service",
  "unitlet-*.slice",
  TIMER_PATTERN,
  "unitlet-*.*.*.*.*",
  "run-unitlet-*.mount",
  "var-lib-unitlet-*.mount",
  "unitlet-log@*.socket",
  "unitlet-image-fetch@*.service",
  "unitlet-image@*.service",
  "unitlet-deb@*.service",
  "unitlet-watch.service",
  "unitlet-sync.path",
  "unitlet-api.socket",
  "unitlet-api-helper.socket",
  ...SHUTDOWN_UNITS,
];

export interface ObserveInput {
  readonly config: Config;
  readonly source: PodSource;
  readonly systemd: Systemd;
  readonly pods: PodList;
  readonly references: ResolvedReferences;
  readonly now: Instant;
}

/**
 * Takes one snapshot of all that a run may know. It changes and posts nothing, so `unitlet plan` can call it as well; it notes
 * only which paths do not answer (`host-file-types.ts`). Throws BusError when systemd does not answer.
 */
export async function observe(input: ObserveInput): Promise<World> {
  const { config, systemd, references, now } = input;
  const needs = needsOf(input.pods.items, references, config);
  const types = await hostFileTypes([...needs.directories, ...needs.mountPoints, ...needs.volumePaths]);
  const [{ listing, hostUnits }, { node, pods }] = await Promise.all([
    listUnits(needs, systemd),
    readNode(input, needs),
  ]);
  // These are read after the listing: a container that has ended by then has left its exit record.
  const [units, directories] = [withLimits(readUnits(listing, config)), readPodDirectories()];
  const unfinished = readUnfinished();
  // The levels come after the usage: a pod that ended in between has not left its pressure to another one.
  const usage = await usageOf(input, needs);
  const host = readHost(config.nodeIPs, now, {});
  return {
    now,
    config,
    host: { ...host, confinementProbe: readConfinementProbe(needs) },
    pods,
    ...(node ? { node } : {}),
    ...usage,
    units,
    timers: readTimers(listing, config.unitDirectory),
    hostUnits,
    ...(config.dropIns === "keep" ? {} : { typeDropIns: readTypeDropIns() }),
    unloadable: readUnloadable(now),
    ...(unfinished && { unfinished }),
    lostTrees: readLostTrees(units),
    agent: agentStates(listing),
    directories,
    ...observeNetwork(config, node),
    nodeSlices: readNodeSlices(),
    journals: readJournals(config.unitDirectory),
    outputs: outputsOf(listing),
    references,
    images: imagesOf(needs, { config, host, now }, listing),
    absentDirectories: absentDirectoriesOf(needs, types),
    envFiles: envFilesOf(needs),
    hostFiles: types,
  };
}

function agentStates(listing: Listing): World["agent"] {
  return {
    watch: listing.get("unitlet-watch.service"),
    path: listing.get("unitlet-sync.path"),
    socket: listing.get("unitlet-api.socket"),
    helper: listing.get("unitlet-api-helper.socket"),
    inactive: SHUTDOWN_UNITS.filter((unit) => listing.get(unit)?.active !== "active"),
  };
}

function observeNetwork({ podNetwork }: Config, node: Node | undefined): Pick<World, "podCIDRs" | "clusterNetwork"> {
  if (podNetwork === "cni") return { clusterNetwork: readClusterNetwork() };
  return podNetwork === "bridge" ? observePodCIDRs(node) : {};
}

/**
 * Reads the Node when there are pods to admit. When it cannot be read, the list is incomplete without these pods, because the
 * node's labels and taints decide on them. The kubelet too waits for its Node before it takes pods
 * (`kubelet/kubelet.go: makePodSourceConfig`, v1.36). Static pods do not wait.
 */
async function readNode({ source, pods }: ObserveInput, needs: Needs): Promise<Pick<World, "node" | "pods">> {
  if (!needs.node) return { pods };
  try {
    const node = await source.node();
    return { ...(node && { node }), pods };
  } catch (error) {
    const because = `the Node cannot be read, and new pods wait for it: ${(error as Error).message}`;
    const items = pods.items.filter((pod) => !awaitsAdmission(pod) || isStaticPod(pod));
    return { pods: { ...pods, complete: false, items, because } };
  }
}

/** Takes the second snapshot of a run, after its steps: the same pods and references, and the new state of the host. */
export async function observeAgain(world: World, systemd: Systemd, now: Instant): Promise<World> {
  const { config, pods, references } = world;
  const needs = needsOf(pods.items, references, config);
  const { listing, hostUnits } = await listUnits(needs, systemd);
  const images = imagesOf(needs, { config, host: world.host, now }, listing);
  return {
    ...world,
    now,
    units: withLimits(readUnits(listing, config)),
    hostUnits,
    directories: readPodDirectories(),
    images,
  };
}

/** Lists the units of pods and of the agent, and the services of the host that pods adopt or have adopted. */
async function listUnits(
  { units }: Needs,
  systemd: Systemd,
): Promise<{ readonly listing: Listing; readonly hostUnits: NonNullable<World["hostUnits"]> }> {
  const names = [...new Set([...units, ...adoptedNames()])];
  const [listing, hostUnits] = await Promise.all([systemd.list(PATTERNS), systemd.hostUnits(names)]);
  const states = [...hostUnits].map(([name, { state }]) => [name, state] as const);
  return { listing: new Map([...listing, ...states]), hostUnits };
}

function outputsOf(listing: Listing): readonly OutputSocket[] {
  return [...listing].flatMap(([unit, { active }]) => {
    const uid = active === "active" ? outputSocketUID(unit) : undefined;
    return uid === undefined ? [] : [{ unit: unit as UnitName, uid }];
  });
}

function envFilesOf({ envFiles }: Needs): ReadonlyMap<string, string> {
  const files = envFiles.map(({ key, root, path }) => [key, readBelow(root, path)] as const);
  return new Map(files.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

function absentDirectoriesOf({ directories, mountPoints }: Needs, types: World["hostFiles"]): ReadonlySet<string> {
  return new Set([
    ...directories.filter((path) => types.get(path) !== "directory"),
    ...mountPoints.filter((path) => [undefined, "no answer"].includes(types.get(path))),
  ]);
}

function imagesOf(
  { imageKeys, packages }: Needs,
  { config, host, now }: Pick<World, "config" | "host" | "now">,
  listing: Listing,
): Images {
  const store = readFullStore(shortDisks(config, host, now).images ? 0 : config.imageGCHighThresholdPercent / 100);
  const debs = readPackages(packages);
  return { ...readImages(imageKeys, listing, now), ...(store && { store }), ...(debs && { debs }) };
}

/** Measures pods only while eviction may depend on it: under resource pressure, and for pods with a disk limit. */
async function usageOf({ config, pods, now }: ObserveInput, { diskLimited }: Needs): Promise<Pick<World, "usage">> {
  const pressures = activePressures(config, readLevels(), now).map(({ of }) => of);
  const isDiskShort = pressures.includes("ephemeral-storage") || pressures.includes("inodes");
  const onDisk = isDiskShort ? pods.items.map(({ metadata }) => metadata.uid) : diskLimited;
  // Pods of manifests are critical, as static pods of the kubelet are (`kubelet/types/pod_update.go: IsCriticalPod`, v1.36).
  if (config.cluster === undefined || pressures.length + onDisk.length === 0) return {};
  return { usage: await readPodUsage(new Set(onDisk)) };
}
