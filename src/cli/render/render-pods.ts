import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { networkOf } from "../../model/pod-network.ts";
import type { Translation } from "../../model/translation.ts";
import type { DesiredUnit } from "../../model/unit.ts";
import { type PortConflict, portConflicts } from "../../translate/network/ports.ts";
import { translatePod } from "../../translate/pod.ts";
import { assumedHost, type HostMemory, requiredFiles, userNames, userNumber } from "./assumed-host.ts";
import { assumedDirectory, assumedImages } from "./assumed-images.ts";
import { assumedEnvFiles, assumedObjects } from "./assumed-objects.ts";
import { podNotes, unitNotes, userWord } from "./notes.ts";

const GIB = 1024 ** 3;

/** The host whose numbers the units have, and another one, by which the lines that depend on memory are found. */
const MEMORY: HostMemory = { memoryTotal: 8 * GIB, swapTotal: 4 * GIB };
const OTHER_MEMORY: HostMemory = { memoryTotal: 31 * GIB, swapTotal: 19 * GIB };

/** A pod as units. Notes are sentences about what the host, an image or a package decides. */
export interface RenderedPod {
  /** NAMESPACE/NAME */
  readonly pod: string;
  /** Why a host refuses the pod; undefined: it does not. */
  readonly refused?: string;
  readonly notes: readonly string[];
  readonly units: readonly RenderedUnit[];
}

export interface RenderedUnit {
  readonly name: string;
  readonly text: string;
  readonly notes: readonly string[];
}

interface RenderContext {
  readonly config: Config;
  /** The directory of the helpers. */
  readonly libDir: string;
  readonly conflict: PortConflict | undefined;
  /** Undefined: there are no Services, which give each pod a file for their names. */
  readonly services?: readonly [];
}

/** Returns the units of pods on a host of which nothing is known. Words stand in them for what the host decides. */
export function renderPods(
  pods: readonly Pod[],
  { config, libDir, services }: Omit<RenderContext, "conflict">,
): readonly RenderedPod[] {
  const conflicts = portConflicts(pods, config);
  return pods.map((pod) => {
    const context = { config, libDir, ...(services && { services }), conflict: conflicts.get(pod.metadata.uid) };
    const translation = translateOn(MEMORY, pod, context);
    const other = new Map(unitsOf(translateOn(OTHER_MEMORY, pod, context), pod).map(({ name, text }) => [name, text]));
    return {
      pod: namespacedName(pod.metadata),
      ...(translation.kind === "rejected" && { refused: `${translation.reason}: ${translation.message}` }),
      notes: podNotes(pod, translation),
      units: unitsOf(translation, pod).map((unit) => ({
        ...{ name: unit.name, text: unit.text },
        notes: unitNotes(pod, unit, { config, other: other.get(unit.name) ?? "" }),
      })),
    };
  });
}

function translateOn(memory: HostMemory, pod: Pod, { config, libDir, conflict, services }: RenderContext): Translation {
  const host = assumedHost(pod, memory);
  const directory = assumedDirectory(pod, config);
  return translatePod(pod, {
    ...{ config, host, libDir, directory, conflict, services },
    network: networkOf(pod, { host, config, directory }),
    references: assumedObjects(pod),
    images: assumedImages(pod),
    absentDirectories: new Set(),
    envFiles: assumedEnvFiles(pod),
    hostFiles: requiredFiles(pod),
  });
}

function unitsOf(translation: Translation, pod: Pod): readonly DesiredUnit[] {
  if (translation.kind === "rejected") return [];
  const { slice, auxiliaryUnits, containers } = translation;
  const units = [slice, ...auxiliaryUnits, ...containers.flatMap(({ unit }) => unit ?? [])];
  return units.map((unit) => ({ ...unit, text: withUserNames(unit.text, pod) }));
}

/** Returns the text with words for the numbers that stand for users of the host. */
function withUserNames(text: string, pod: Pod): string {
  return userNames(pod).reduce((left, name, at) => {
    const number = userNumber(name, at);
    return number === 0 ? left : left.replaceAll(String(number), userWord(name));
  }, text);
}
