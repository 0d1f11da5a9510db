import { readFileSync } from "node:fs";
import { loadAllYaml } from "@kubernetes/client-node";
import { ManifestError, parseManifest } from "../../manifest.ts";
import type { Pod } from "../../model/pod.ts";

export interface Manifests {
  readonly pods: readonly Pod[];
  /** One sentence a file or document that is not to be used. */
  readonly problems: readonly string[];
}

/** Pod documents out of YAML or JSON files, several to a file. A bad document harms no other. */
export function readManifests(paths: readonly string[], nodeName: string): Manifests {
  const pods = new Map<string, Pod>();
  const problems: string[] = [];
  for (const path of paths) {
    for (const [at, document] of documents(path, problems).entries()) {
      if (document === null || document === undefined) continue;
      try {
        const pod = parseManifest(document, nodeName);
        const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
        if (pods.has(key)) throw new ManifestError(`pod ${key} is there twice; the first one counts`);
        pods.set(key, pod);
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        problems.push(`${path}: document ${at + 1}: ${error.message}`);
      }
    }
  }
  return { pods: [...pods.values()], problems };
}

function documents(path: string, problems: string[]): unknown[] {
  try {
    return loadAllYaml(readFileSync(path, "utf8")) as unknown[];
  } catch (error) {
    problems.push(`${path}: is not YAML: ${(error as Error).message.split("\n")[0]}`);
    return [];
  }
}
