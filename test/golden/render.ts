import { podRunDir, volumePath } from "../../src/model/paths.ts";
import type { Problem } from "../../src/model/problem.ts";
import type { DesiredVolume } from "../../src/model/step.ts";
import type { DesiredContainer, Runnable, Translation } from "../../src/model/translation.ts";
import type { DesiredUnit } from "../../src/model/unit.ts";

/** All that a pod becomes, as one text to read. */
export function render(translation: Translation): string {
  const { metadata } = translation.pod;
  const title = `######## ${metadata.namespace}/${metadata.name}: ${translation.qosClass}\n`;
  if (translation.kind === "rejected") return `${title}\nrejected: ${translation.reason}\n${translation.message}\n`;
  return [title, ...parts(translation)].join("\n");
}

function parts({ pod, slice, containers, auxiliaryUnits, files, volumes, storage, problems }: Runnable): string[] {
  const { uid } = pod.metadata;
  return [
    ...problems.map(problem),
    unit(slice),
    ...auxiliaryUnits.map(unit),
    ...containers.map(container),
    ...files.map((file) => `==== ${podRunDir(uid)}/${file.name} (owner ${file.uid})\n${file.text}`),
    ...volumes.map((each) => volume(uid, each)),
    ...storage.map((each) => `==== prepared: ${JSON.stringify(each)}\n`),
  ];
}

function problem({ severity, path, because, remedy }: Problem): string {
  return `${severity}: ${path} ${because}: ${remedy}\n`;
}

function container({ name, unit: of, waiting }: DesiredContainer): string {
  if (of !== undefined) return unit(of);
  return `==== container ${name} waits: ${waiting?.reason}\n${waiting?.message}\n`;
}

function unit({ name, text, linked }: DesiredUnit): string {
  return `==== ${name}${linked ? " (starts with the host)" : ""}\n${text}`;
}

function volume(uid: string, { name, gid, files }: DesiredVolume): string {
  const group = gid === undefined ? "" : ` (group ${gid})`;
  const texts = files.map(([path, { content, mode, uid: owner }]) => {
    const who = owner === undefined ? "" : `, owner ${owner}`;
    return `-- ${path} (mode ${mode.toString(8).padStart(4, "0")}${who})\n${content}\n`;
  });
  return `==== ${volumePath(uid, name)}${group}\n${texts.join("")}`;
}
