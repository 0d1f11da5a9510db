import type { Namespaces } from "../../model/confinement.ts";
import { bundleFile } from "../../model/paths.ts";
import type { UnitLines } from "../../model/unit.ts";
import { outputSocket } from "../../unitfile/names.ts";
import { execLine, quotePath } from "../../unitfile/quote.ts";
import type { Launch } from "../launch.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import type { ImageInput } from "./standard-input.ts";

/** What the unit of a container needs to know of its image. */
export interface ImageStart {
  readonly tree: string;
  /** Paths of the image's volumes, which are made where the image lacks them. */
  readonly volumes: readonly string[];
  /** The volumes stay writable. */
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  /** The kernel kills one process that is out of memory, and not all of them. */
  readonly singleProcessOOMKill: boolean;
  readonly pid: Namespaces["pid"];
  /** The container whose PID namespace it enters. */
  readonly target?: string | undefined;
  /** Lines that order the unit after its pod's sandbox. */
  readonly sandbox: UnitLines;
  readonly input: ImageInput;
  /** The sources of mounts below which those of the container appear on the host. */
  readonly shared: readonly string[];
}

/** Returns crun's ID of the container, which is unique on the host. */
export const crunID = (uid: string, container: string) => `unitlet-${uid}-${container}`;

/**
 * Returns the lines that start a container. crun creates it and exits, and systemd takes the only remaining process for
 * the main one. There is no PIDFile=, with which a container that exits at once was lost. An init container is a
 * oneshot that must see its program's exit, so crun stays until then.
 */
export function imageStartLines(
  { pod, container: { name: container }, kind }: ResolvedContainer,
  start: ImageStart,
  libDir: string,
): Pick<Launch, "type" | "killMode"> & { readonly lines: Pick<Launch["lines"], "startPre" | "start" | "stopPost"> } {
  const { uid } = pod.metadata;
  const id = crunID(uid, container);
  const program = `${libDir}/container-create`;
  const helper = (how: string) => [program, id, uid, container, how];
  const group = start.privileged && !start.singleProcessOOMKill ? ["--oom-group"] : [];
  const input = [...group, ...(start.input === "none" ? [] : [`--${start.input}`])];
  const volumes = start.volumes.length === 0 ? [] : [start.readOnlyRoot ? "ro" : "rw", ...start.volumes];
  const more = start.target === undefined && volumes.length === 0 ? [] : [start.target ?? "", ...volumes];
  const create = [program, ...input, id, uid, container, kind === "init" ? "run" : "create", start.tree, ...more];
  const shared =
    start.shared.length === 0 ? [] : [`${libDir}/container-shared`, id, uid, container, ...start.shared, "--"];
  return {
    lines: {
      startPre: [["ExecStartPre", execLine(["/usr/bin/crun", "delete", "-f", id], "-")]],
      start: [
        ["ExecStart", execLine([...shared, ...create])],
        ...(kind === "init" ? [] : [["ExecStartPost", execLine(helper("start"))] as const]),
      ],
      stopPost: [["ExecStopPost", execLine(helper("end"), "-")]],
    },
    type: kind === "init" ? "oneshot" : "forking",
    // The kernel ends the other processes with the first one of a PID namespace, or else container-create does. A
    // process that still writes the last lines to the journal must be able to finish.
    killMode: start.pid === "host" ? "mixed" : "process",
  };
}

/**
 * crun leaves the cgroup and its device rules alone. Device nodes may be created, as with other runtimes, but not used.
 */
const NO_DEVICES: UnitLines = [
  ["DevicePolicy", "closed"],
  ["DeviceAllow", "char-* m"],
  ["DeviceAllow", "block-* m"],
];

const DELEGATED: UnitLines = [
  ["Delegate", "yes"],
  ["OOMPolicy", "continue"],
];

/**
 * Returns the lines for the mounts: the overlay is the container's alone and ends with it. A privileged container may
 * create cgroups, whose controllers systemd would turn off again without Delegate=. Its OOMPolicy=kill would kill all of the
 * container for a kill in one of them, so container-create sets memory.oom.group.
 */
export function imageFileLines(start: ImageStart): UnitLines {
  return [["PrivateMounts", "yes"], ...(start.privileged ? DELEGATED : NO_DEVICES)];
}

/**
 * Returns conditions of [Unit]: the bundle, which a run writes again after a boot, and the output pipe, which a socket
 * unit holds.
 */
export function imageConditions(uid: string, container: string, { tree, sandbox, input }: ImageStart): UnitLines {
  const pipe = outputSocket(uid, container);
  return [
    ["ConditionPathExists", bundleFile(uid, container)],
    ["ConditionPathExists", quotePath(tree)],
    ...(input === "terminal"
      ? []
      : ([
          ["Wants", pipe],
          ["After", pipe],
        ] as const)),
    ...sandbox,
  ];
}
