import { bundleConfig, podRunDir, podStateDir, privateTmp } from "../../model/paths.ts";
import type { RunningBinds, Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import { isExecuting } from "../units/unit-states.ts";
import { specOf } from "./may-start.ts";

/** The words of a mount as unitfile/quote.ts quotes them. */
const BIND = /"--bind" "([a-z,]+)" "([^"]+)" "([^"]+)"/g;
/** What no program on the way escapes or expands. */
const PLAIN = /^[\w/.,:@+-]+$/;

/**
 * Returns the step that gives running containers the pod's directories again which were removed on the host and made
 * anew. A container still has the removed ones, in which no process can make a file.
 */
export function remountSteps(translation: Runnable, world: World): Step[] {
  const { uid } = translation.pod.metadata;
  const directory = world.directories.get(uid);
  const { temporary, remount = [] } = directory ?? {};
  const due = translation.containers.flatMap((container): RunningBinds[] => {
    // A unit of the host has no mount of the pod: the token of its container is not mounted.
    if (container.adopts !== undefined || !isExecuting(world.units.get(container.unitName))) return [];
    const words = ownBinds(translation, container);
    const lacksTemporary = temporary?.has(container.name) === false && words.includes(temporaryPath(uid, container));
    // A container that runs has all its volumes: one that was made late is not its own.
    const { volumeMounts = [] } = specOf(translation.pod, container.name);
    const hasVolume = volumeMounts.some(({ name }) => remount.includes(name));
    return lacksTemporary || hasVolume ? [{ unit: container.unitName, words }] : [];
  });
  if (directory?.remount === undefined && due.length === 0) return [];
  const because = "directories of the pod were removed on the host and made again";
  return [{ kind: "remount", uid, containers: due, because }];
}

const temporaryPath = (uid: string, { name }: DesiredContainer) => `${privateTmp(uid, name)}/tmp`;

/** Returns the options, source and target of each mount of a directory that a run or container-start makes. */
function ownBinds({ pod, files }: Runnable, { name, unit }: DesiredContainer): readonly string[] {
  const { uid } = pod.metadata;
  const own = [`${podRunDir(uid)}/volumes/`, `${podStateDir(uid)}/volumes/`, `${privateTmp(uid, name)}/`];
  const bundle = files.find((file) => file.name === bundleConfig(name))?.text;
  const all = bundle === undefined ? hostBinds(unit?.text ?? "") : bundleBinds(bundle);
  return all
    .filter((bind) => own.some((path) => bind[1].startsWith(path)) && bind.every((word) => PLAIN.test(word)))
    .flat();
}

type Bind = readonly [options: string, source: string, target: string];

function hostBinds(text: string): readonly Bind[] {
  return [...text.matchAll(BIND)].map(([, options = "", source = "", target = ""]) => [options, source, target]);
}

interface Bundle {
  readonly mounts: readonly {
    readonly destination: string;
    readonly source: string;
    readonly options: readonly string[];
  }[];
}

function bundleBinds(text: string): readonly Bind[] {
  const { mounts } = JSON.parse(text) as Bundle;
  return mounts.map(({ destination, source, options }) => [options.map(plain).join(","), source, destination]);
}

/** Options of an OCI mount that hold for the mounts below as well begin with an r. */
function plain(option: string): string {
  return { rprivate: "private", rslave: "slave", rshared: "shared", rbind: "bind", rro: "ro" }[option] ?? option;
}
