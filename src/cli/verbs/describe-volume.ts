import type { Volume } from "../../model/api/volume.ts";
import type { Line } from "./sheet.ts";

/** Returns the lines of the volumes of a pod; none without volumes. */
export function volumeLines(volumes: readonly Volume[] = []): readonly Line[] {
  if (volumes.length === 0) return [];
  return [[0, "Volumes:"], ...volumes.flatMap(({ name, ...source }): Line[] => [[1, name, sourceText(source)]])];
}

/** Returns the kind of a volume, and what it names. */
function sourceText(source: Omit<Volume, "name">): string {
  const [[kind, value] = ["emptyDir", {}]] = Object.entries(source).filter(([, each]) => each !== undefined);
  const fields = Object.entries((value ?? {}) as Readonly<Record<string, unknown>>).filter(
    ([, each]) => typeof each === "string" || typeof each === "number" || typeof each === "boolean",
  );
  return [kind, ...fields.map(([key, each]) => `${key}=${each}`)].join(" ");
}
