import type { Imports } from "./imports.ts";
import type { Layer } from "./layers.ts";

export interface Violation {
  /** "from → to", without src/. */
  readonly arrow: string;
  readonly because: string;
}

/** Imports of files below src that their layer does not allow. */
export function violations(imports: Imports, layers: readonly Layer[]): Violation[] {
  return [...imports].flatMap(([path, targets]) => {
    const file = withoutSrc(path);
    const layer = layerOf(file, layers);
    if (layer === undefined) return [{ arrow: `${file} → `, because: "no layer of test/lint/layers.ts has this file" }];
    return targets
      .map(withoutSrc)
      .filter((target) => !isWithin(target, layer.of) && !layer.may.some((allowed) => isWithin(target, allowed)))
      .map((target) => ({ arrow: `${file} → ${target}`, because: layer.because }));
  });
}

function layerOf(file: string, layers: readonly Layer[]): Layer | undefined {
  const having = layers.filter(({ of }) => isWithin(file, of));
  return having.sort((a, b) => b.of.length - a.of.length)[0];
}

/** True for the place itself, and for what is below it; "folder/*.ts" has only the files right in the folder. */
function isWithin(target: string, place: string): boolean {
  if (place === "node:") return target.startsWith("node:");
  if (!place.endsWith("/*.ts")) return target === place || target.startsWith(`${place}/`);
  const folder = place.slice(0, -"*.ts".length);
  return target.startsWith(folder) && !target.slice(folder.length).includes("/");
}

export function withoutSrc(path: string): string {
  return path.replace(/^src\//, "");
}
