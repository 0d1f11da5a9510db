import { readFileSync } from "node:fs";
import { loadYaml } from "@kubernetes/client-node";
import { ManifestError, parseManifest } from "../../config/manifest.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";

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
    for (const [at, text] of documents(path, problems).entries()) {
      try {
        const document = parseYaml(text);
        if (document === null || document === undefined) continue;
        const pod = parseManifest(document, nodeName);
        const key = namespacedName(pod.metadata);
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

/** The texts between the lines that begin a document; before the first of them there may be only comments. */
function documents(path: string, problems: string[]): string[] {
  try {
    const texts = readFileSync(path, "utf8").split(/^(?:---|\.\.\.)(?=\s|$)/m);
    const isEmpty = (texts[0] ?? "").split("\n").every((line) => /^\s*(#.*)?$/.test(line));
    return isEmpty ? texts.slice(1) : texts;
  } catch (error) {
    problems.push(`${path}: cannot be read: ${(error as Error).message}`);
    return [];
  }
}

/**
 * The client's loader makes its own Pod of a Pod and drops what that does not know, so that a slip of the pen would be no
 * error. Below another key it leaves things as they are.
 */
function parseYaml(text: string): unknown {
  try {
    return loadYaml<{ readonly document: unknown }>(`document:\n${text.replace(/^/gm, " ")}`).document;
  } catch (error) {
    throw new ManifestError(`is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}
