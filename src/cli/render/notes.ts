import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { problemSentence } from "../../model/problem.ts";
import type { DesiredContainer, Translation } from "../../model/translation.ts";
import type { DesiredUnit } from "../../model/unit.ts";
import { imageReference } from "../../translate/images/reference.ts";
import { neededDirectories, neededMountPoints } from "../../translate/volumes/host-paths.ts";
import { requiredFiles, userNames } from "./assumed-host.ts";
import { DIGEST, ENTRYPOINT } from "./assumed-images.ts";

/** Returns what a host must have for the pod, which fields have no effect, and why a container has no unit. */
export function podNotes(pod: Pod, translation: Translation): readonly string[] {
  if (translation.kind === "rejected") return [];
  const containers = containersOf(pod.spec);
  const directories = containers.flatMap(neededDirectories).map((path) => `directory ${path}`);
  const mountPoints = containers.flatMap(neededMountPoints).map((path) => `file or directory ${path}`);
  const files = [...requiredFiles(pod)].map(([path, type]) => `${type} ${path}`);
  const required = new Set([...directories, ...mountPoints, ...files]);
  return [
    ...translation.problems.map(problemSentence),
    ...[...required].map((what) => `The host must have the ${what}.`),
    ...(translation.networkProblem === undefined ? [] : [`The pod waits: ${translation.networkProblem}`]),
    ...translation.containers.flatMap((each) => waitNote(pod, each)),
  ];
}

function waitNote(pod: Pod, { name, unit, waiting }: DesiredContainer): readonly string[] {
  if (unit !== undefined) return [];
  if (waiting !== undefined) return [`Container ${name} has no unit. It waits: ${waiting.reason}: ${waiting.message}`];
  const { image = "" } = containersOf(pod.spec).find((each) => each.name === name) ?? {};
  return [
    `Container ${name} has no unit here: the package of ${redactCredentials(image)} decides it, after its installation.`,
  ];
}

/** The word that stands in a unit for the numbers of a user. */
export const userWord = (name: string) => `ID-OF-${name}`;

/** Returns what is not known of the lines of a unit. `other` is its text on a host with other memory. */
export function unitNotes(
  pod: Pod,
  { identity, text, linked }: Pick<DesiredUnit, "identity" | "text" | "linked">,
  { config, other }: { readonly config: Config; readonly other: string },
): readonly string[] {
  const container = containersOf(pod.spec).find(({ name }) => identity.container === name);
  return [
    ...(linked ? ["The unit starts with the host."] : []),
    ...(container === undefined ? [] : imageNotes(container, config)),
    ...(text.includes(`/${DIGEST}`) && container !== undefined ? volumeNotes(pod, container) : []),
    ...userNotes(pod, text),
    ...memoryNotes(text, other),
    ...(identity.kind === "sandbox" && config.podNetwork === "cni" && text.includes("--net")
      ? ["The configuration in /etc/cni/net.d decides the last arguments of ExecStart=."]
      : []),
  ];
}

function imageNotes({ image = "", command }: Container, { ignoreImages }: Config): readonly string[] {
  const { kind } = imageReference(image);
  if (ignoreImages || (kind !== "oci" && kind !== "tarball")) return [];
  const program = command?.length ? "" : `, its program (${ENTRYPOINT} in ExecStopPost=)`;
  return [
    `The image ${redactCredentials(image)} decides its digest (${DIGEST})${program}, KillSignal=, and volumes in ExecStart=.`,
    "The image also decides user, variables and working directory, where the pod names none. They are in no unit.",
  ];
}

function volumeNotes({ spec }: Pod, { volumeMounts = [] }: Container): readonly string[] {
  const mounted = (spec.volumes ?? []).filter(({ name }) => volumeMounts.some((mount) => mount.name === name));
  return mounted.flatMap(({ name, image }) =>
    image === undefined ? [] : [`The image of volume ${name} decides its digest (${DIGEST}).`],
  );
}

function userNotes(pod: Pod, text: string): readonly string[] {
  const names = userNames(pod).filter((name) => text.includes(userWord(name)));
  return names.map(
    (name) =>
      `The host decides uid and gid of user ${name} (${userWord(name)}), and with them SpecHash= and TextHash=.`,
  );
}

function memoryNotes(text: string, other: string): readonly string[] {
  const others = new Set(other.split("\n"));
  const changed = text.split("\n").filter((line) => !others.has(line) && !line.startsWith("TextHash="));
  const names = new Set(changed.map((line) => line.slice(0, line.indexOf("=") + 1)));
  if (names.size === 0) return [];
  return [`The host's memory decides ${[...names].join(", ")} and TextHash=. Here it is 8 GiB, with 4 GiB of swap.`];
}
