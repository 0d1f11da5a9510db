import type { QosClass } from "../model/api/pod.ts";
import { isServiceOfHost } from "../model/image/unit-reference.ts";
import type { AuxiliaryKind, UnitName } from "../model/unit.ts";
import { digest } from "./hash.ts";

/** systemd's UNIT_NAME_MAX without the NUL. */
const UNIT_NAME_MAX = 255;

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const UID = /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/;

export interface PodNames {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Returns what is wrong with a pod's names, which become file and unit names; undefined when they are valid. */
export function namesProblem(pod: PodNames, containers: readonly string[]): string | undefined {
  if (!LABEL.test(pod.namespace)) return `metadata.namespace ${JSON.stringify(pod.namespace)} is not a DNS label`;
  if (!SUBDOMAIN.test(pod.name)) return `metadata.name ${JSON.stringify(pod.name)} is not a DNS subdomain`;
  if (!UID.test(pod.uid)) return `metadata.uid ${JSON.stringify(pod.uid)} is not a UID`;
  const bad = containers.find((name) => !LABEL.test(name));
  if (bad !== undefined) return `container name ${JSON.stringify(bad)} is not a DNS label`;
  const twice = containers.find((name, at) => containers.indexOf(name) !== at);
  return twice === undefined ? undefined : `container name ${JSON.stringify(twice)} is used twice`;
}

/**
 * Returns `unitlet.NAMESPACE.POD.CONTAINER.service`. A hash replaces a long pod name; the owner is read from the file.
 */
export function containerUnitName(namespace: string, pod: string, container: string): UnitName {
  const name = `unitlet.${namespace}.${pod}.${container}.service`;
  if (name.length <= UNIT_NAME_MAX) return name as UnitName;
  return `unitlet.${namespace}.${digest(`${namespace}/${pod}`, 40)}.${container}.service` as UnitName;
}

/**
 * Returns the journal namespace of the containers of one Kubernetes namespace: the first two parts of their units' names.
 * What one tenant writes cannot drive out the lines of the host or of another tenant.
 */
export function logNamespaceOf(containerUnit: string): string {
  return containerUnit.split(".", 2).join(".");
}

/**
 * True for a service of the host, which a pod can adopt. unitlet writes a drop-in for it and no unit file, and its output is in the
 * journal of the host. No unit of unitlet has such a name.
 */
export function isHostUnit(name: string): boolean {
  return name.endsWith(".service") && !/^unitlet[-.]/.test(name);
}

const QOS_PREFIX = {
  Guaranteed: "unitlet",
  Burstable: "unitlet-burstable",
  BestEffort: "unitlet-besteffort",
} as const satisfies Record<QosClass, string>;

/**
 * Returns the name that the kubelet's systemd driver uses (`cm/cgroup_manager_linux.go: ToSystemd`, v1.36). A dash
 * means nesting in the name of a slice, so the UID has underscores.
 */
export function podSliceName(uid: string, qos: QosClass): UnitName {
  return `${QOS_PREFIX[qos]}-pod${uid.replaceAll("-", "_")}.slice` as UnitName;
}

/** True for the name of the slice of the pod with this UID, whatever its QoS class is. */
export function isSliceOf(name: string, uid: string): boolean {
  return Object.keys(QOS_PREFIX).some((qos) => name === podSliceName(uid, qos as QosClass));
}

/** Returns the path of a pod's slice below the root of the cgroup tree. */
export function podCgroup(uid: string, qos: QosClass): string {
  const parent = QOS_PREFIX[qos] === "unitlet" ? "" : `${QOS_PREFIX[qos]}.slice/`;
  return `unitlet.slice/${parent}${podSliceName(uid, qos)}`;
}

/** Returns the path of a slice below the root of the cgroup tree: each dash in its name is a level. */
export function sliceCgroup(slice: string): string {
  const words = slice.replace(/\.slice$/, "").split("-");
  return words.map((_, at) => `${words.slice(0, at + 1).join("-")}.slice`).join("/");
}

/** Returns the name of an empty slice in a slice. Its start makes systemd look at all units beside it and above it. */
export function emptySliceName(slice: UnitName): UnitName {
  return slice.replace(/\.slice$/, "-apply.slice") as UnitName;
}

/** Returns the agent's timer for all probes with a period in seconds. */
export const probeTimer = (period: number | "*") => `unitlet-probe@${period}.timer`;
/** Returns the agent's service that the timer of this period starts. */
export const probeService = (period: number) => `unitlet-probe@${period}.service`;

/** Returns the agent's socket that a container on an image writes its output to. Neither word contains a dot. */
export const outputSocket = (uid: string, container: string) => `unitlet-log@${uid}.${container}.socket`;

/** Returns the pod's UID of an output socket; undefined for any other unit. */
export function outputSocketUID(unit: string): string | undefined {
  const [, uid] = /^unitlet-log@([^.]+)\.[^.]+\.socket$/.exec(unit) ?? [];
  return uid !== undefined && UID.test(uid) ? uid : undefined;
}

export type AuxiliaryUnitType = "service" | "timer" | "path" | "socket";

/**
 * Returns `unitlet-KIND.NAMESPACE.POD.NAME.TYPE`; `name` is a container's or another DNS label. mountUnitName() names
 * mount units.
 */
export function auxiliaryUnitName(
  kind: Exclude<AuxiliaryKind, "mount">,
  { namespace, name: pod }: Pick<PodNames, "namespace" | "name">,
  name: string,
  type: AuxiliaryUnitType = "service",
): UnitName {
  const full = `unitlet-${kind}.${namespace}.${pod}.${name}.${type}`;
  if (full.length <= UNIT_NAME_MAX) return full as UnitName;
  return `unitlet-${kind}.${namespace}.${digest(`${namespace}/${pod}`, 40)}.${name}.${type}` as UnitName;
}

/**
 * Returns the name that `systemd-escape --path --suffix=mount` prints: systemd accepts no other name for a mount at
 * this path.
 */
export function mountUnitName(path: string): UnitName {
  const hex = (character: string) => Buffer.from(character).toString("hex").replace(/../g, "\\x$&");
  const parts = path.split("/").filter((part) => part !== "");
  return `${parts.map((part) => part.replace(/[^A-Za-z0-9:_.]/gu, hex)).join("-")}.mount` as UnitName;
}

/** The name of the drop-in by which a pod adopts a unit of the host. */
export const ADOPTION_DROP_IN = "50-unitlet.conf";

/**
 * Returns the name of a service of the host that a pod can have adopted; undefined for the agent's units and all others. An
 * earlier version may have let a pod adopt one that none can now.
 */
export function asAdoptedName(unit: string): UnitName | undefined {
  return isServiceOfHost(unit) ? (unit as UnitName) : undefined;
}

/** Mount units below the agent's directories, where no other program mounts. */
const MOUNT = /^(run|var-lib)-unitlet-[A-Za-z0-9:_.\\-]+\.mount$/;

/** Returns names that may be ours; the [X-Kubernetes] section decides. */
export function asUnitName(file: string): UnitName | undefined {
  const isContainer = /^unitlet\.[a-z0-9.-]+\.service$/.test(file);
  const isSlice = /^unitlet-(burstable-|besteffort-)?pod[A-Za-z0-9_]+\.slice$/.test(file);
  const isAuxiliary = /^unitlet-[a-z]+(\.[a-z0-9-]+){3,}\.(service|timer|path|socket)$/.test(file) || MOUNT.test(file);
  return (isContainer || isSlice || isAuxiliary) && file.length <= UNIT_NAME_MAX ? (file as UnitName) : undefined;
}
