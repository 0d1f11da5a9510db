import { dirname } from "node:path";
import type { Imports } from "./imports.ts";

/** Groups of files of which each reaches each other by imports. */
export function fileCycles(imports: Imports): string[][] {
  return cyclesOf(imports);
}

/**
 * Groups of folders beside each other of which each reaches each other, with all that is below them. The files right in
 * the parent are no part of it: they may use what is below them, and lend it their types.
 */
export function folderCycles(imports: Imports): string[][] {
  const graphs = new Map<string, Map<string, Set<string>>>();
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const siblings = imports.has(target) ? siblingFolders(file, target) : undefined;
      if (siblings === undefined) continue;
      const [from, to] = siblings;
      const graph = graphs.get(dirname(from)) ?? new Map<string, Set<string>>();
      graphs.set(dirname(from), graph);
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return [...graphs.values()].flatMap((graph) =>
    cyclesOf(new Map([...graph].map(([from, to]) => [from, [...to]] as const))),
  );
}

/** The two folders in which the paths part; undefined when one of the files is right in the folder that they share. */
function siblingFolders(file: string, target: string): readonly [string, string] | undefined {
  const from = dirname(file).split("/");
  const to = dirname(target).split("/");
  const common = from.findIndex((part, index) => part !== to[index]);
  if (common === -1 || common >= to.length) return undefined;
  return [from.slice(0, common + 1).join("/"), to.slice(0, common + 1).join("/")];
}

function cyclesOf(graph: Imports): string[][] {
  const reach = new Map([...graph.keys()].map((node) => [node, reachable(graph, node)]));
  const cycles = new Map<string, string[]>();
  for (const [node, reached] of reach) {
    if (!reached.has(node)) continue;
    const members = [...reached].filter((other) => reach.get(other)?.has(node)).sort();
    cycles.set(members.join(), members);
  }
  return [...cycles.values()];
}

function reachable(graph: Imports, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    open.push(...(graph.get(node) ?? []));
  }
  return reached;
}
