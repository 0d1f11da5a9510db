import type { Namespaces } from "../../model/confinement.ts";
import { bundleFile } from "../../model/paths.ts";
import type { UnitLines } from "../../model/unit.ts";
import { outputSocket } from "../../unitfile/names.ts";
import { quotePath, quoteWord } from "../../unitfile/quote.ts";
import type { Launch } from "../launch.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import type { ImageInput } from "./standard-input.ts";

/** What the unit of a container needs to know of its image. */
export interface ImageStart {
  readonly tree: string;
  /** What can be written to though the rest cannot: paths of the image's volumes. */
  readonly volumes: readonly string[];
  readonly privileged: boolean;
  readonly pid: Namespaces["pid"];
  /** The container whose processes it is to see. */
  readonly target?: string | undefined;
  /** Its pod's sandbox comes first. */
  readonly sandbox: UnitLines;
  readonly input: ImageInput;
}

/** Unique on the host: crun takes two containers of one ID for one. */
export const crunID = (uid: string, container: string) => `unitlet-${uid}-${container}`;

/**
 * crun makes the container and lets it go, and is gone: systemd takes the only process that is left for the main one. Without
 * PIDFile=, with which the end of a container that ends at once was lost. An init container is a oneshot, which must see
 * its program's end: there crun stays until then.
 */
export function imageStartLines(
  { pod, container: { name: container }, kind }: ResolvedContainer,
  start: ImageStart,
  libDir: string,
): Pick<Launch, "type" | "killMode"> & { readonly lines: Pick<Launch["lines"], "startPre" | "start" | "stopPost"> } {
  const { uid } = pod.metadata;
  const id = crunID(uid, container);
  const remove = `/usr/bin/crun delete -f ${quoteWord(id)}`;
  const words = (...rest: string[]) => [id, uid, container, ...rest].map(quoteWord).join(" ");
  const helper = (...rest: string[]) => `${libDir}/container-create ${words(...rest)}`;
  const input = start.input === "none" ? "" : `--${start.input} `;
  const more = start.target === undefined && start.volumes.length === 0 ? [] : [start.target ?? "", ...start.volumes];
  const create = words(kind === "init" ? "run" : "create", start.tree, ...more);
  return {
    lines: {
      startPre: [["ExecStartPre", `-${remove}`]],
      start: [
        ["ExecStart", `${libDir}/container-create ${input}${create}`],
        ...(kind === "init" ? [] : [["ExecStartPost", helper("start")] as const]),
      ],
      stopPost: [["ExecStopPost", `-${helper("end")}`]],
    },
    type: kind === "init" ? "oneshot" : "forking",
    // The kernel ends the others with the first process of a PID namespace of their own, or else the helper does; what
    // still brings the last lines to the journal is to come to its end.
    killMode: start.pid === "host" ? "mixed" : "process",
  };
}

/** crun is told to leave the cgroup alone, and with it the devices: they may be made, as other runtimes let it, but not used. */
const NO_DEVICES: UnitLines = [
  ["DevicePolicy", "closed"],
  ["DeviceAllow", "char-* m"],
  ["DeviceAllow", "block-* m"],
];

/** The overlay on the image's files is the container's alone, and gone with it. */
export function imageFileLines(start: ImageStart): UnitLines {
  return [["PrivateMounts", "yes"], ...(start.privileged ? [] : NO_DEVICES)];
}

/** There must be a bundle, or nothing is started: it is written anew after a boot. And a pipe, which systemd holds. */
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
