import type { QosClass } from "../model/api/pod.ts";
import type { AuxiliaryKind, UnitName } from "../model/unit.ts";
import { digest } from "./hash.ts";

/** systemd's UNIT_NAME_MAX without the terminating NUL. */
const UNIT_NAME_MAX = 255;

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const UID = /^[A-Za-z0-9][-A-Za-z0-9]{0,62}$/;

export interface PodNames {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What is wrong with a pod's names, which become file and unit names; undefined when nothing is. */
export function namesProblem(pod: PodNames, containers: readonly string[]): string | undefined {
  if (!LABEL.test(pod.namespace)) return `metadata.namespace ${JSON.stringify(pod.namespace)} is not a DNS label`;
  if (!SUBDOMAIN.test(pod.name)) return `metadata.name ${JSON.stringify(pod.name)} is not a DNS subdomain`;
  if (!UID.test(pod.uid)) return `metadata.uid ${JSON.stringify(pod.uid)} is not a UID`;
  const bad = containers.find((name) => !LABEL.test(name));
  if (bad !== undefined) return `container name ${JSON.stringify(bad)} is not a DNS label`;
  const twice = containers.find((name, at) => containers.indexOf(name) !== at);
  return twice === undefined ? undefined : `container name ${JSON.stringify(twice)} is used twice`;
}

/** `unitlet.NAMESPACE.POD.CONTAINER.service`; a long pod name is replaced by its hash, since identity is read from the file. */
export function containerUnitName(namespace: string, pod: string, container: string): UnitName {
  const name = `unitlet.${namespace}.${pod}.${container}.service`;
  if (name.length <= UNIT_NAME_MAX) return name as UnitName;
  return `unitlet.${namespace}.${digest(`${namespace}/${pod}`, 40)}.${container}.service` as UnitName;
}

const QOS_PREFIX = {
  Guaranteed: "unitlet",
  Burstable: "unitlet-burstable",
  BestEffort: "unitlet-besteffort",
} as const satisfies Record<QosClass, string>;

/** As the kubelet's systemd driver names it: a dash means nesting in a slice's name, so the UID's become underscores. */
export function podSliceName(uid: string, qos: QosClass): UnitName {
  return `${QOS_PREFIX[qos]}-pod${uid.replaceAll("-", "_")}.slice` as UnitName;
}

/** The agent's own: one timer for all probes of so many seconds, there as long as a container wants it. */
export const probeTimer = (period: number | "*") => `unitlet-probe@${period}.timer`;
export const probeService = (period: number) => `unitlet-probe@${period}.service`;

/** The agent's own, too: what a container on the files of an image writes into. Neither word has a dot. */
export const outputSocket = (uid: string, container: string) => `unitlet-log@${uid}.${container}.socket`;

export type AuxiliaryUnitType = "service" | "timer" | "path" | "socket";

/** `unitlet-KIND.NAMESPACE.POD.NAME.TYPE`; `name` is a container's or another DNS label. Mounts are named by mountUnitName. */
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

/** As `systemd-escape --path --suffix=mount` has it: systemd takes no other name for what is mounted there. */
export function mountUnitName(path: string): UnitName {
  const hex = (character: string) => Buffer.from(character).toString("hex").replace(/../g, "\\x$&");
  const parts = path.split("/").filter((part) => part !== "");
  return `${parts.map((part) => part.replace(/[^A-Za-z0-9:_.]/gu, hex)).join("-")}.mount` as UnitName;
}

/** Below the agent's own directories nobody else mounts anything. */
const MOUNT = /^(run|var-lib)-unitlet-[A-Za-z0-9:_.\\-]+\.mount$/;

/** Unit names that may be ours; only the [X-Kubernetes] section tells whether they are. */
export function asUnitName(file: string): UnitName | undefined {
  const container = /^unitlet\.[a-z0-9.-]+\.service$/.test(file);
  const slice = /^unitlet-(burstable-|besteffort-)?pod[A-Za-z0-9_]+\.slice$/.test(file);
  const companion = /^unitlet-[a-z]+(\.[a-z0-9-]+){3,}\.(service|timer|path|socket)$/.test(file) || MOUNT.test(file);
  return (container || slice || companion) && file.length <= UNIT_NAME_MAX ? (file as UnitName) : undefined;
}
