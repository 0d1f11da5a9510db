import { readFileSync } from "node:fs";
import { loadYaml } from "@kubernetes/client-node";
import { ManifestError, parseManifest } from "../../config/manifest.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";

/** The content of the manifest files. */
export interface Manifests {
  readonly pods: readonly Pod[];
  /** One message for each file or document that cannot be used. */
  readonly problems: readonly string[];
}

/** Returns the pods of YAML or JSON files with one or more documents each. A bad document does not affect the others. */
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
        if (pods.has(key)) throw new ManifestError(`pod ${key} is defined twice; the first definition is used`);
        pods.set(key, pod);
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        problems.push(`${path}: document ${at + 1}: ${error.message}`);
      }
    }
  }
  return { pods: [...pods.values()], problems };
}

/** Returns the texts of the documents in a file. Text before the first separator counts only when it has more than comments. */
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
 * Parses a document below another key. The loader of @kubernetes/client-node would convert a Pod at the top level and drop
 * unknown fields, so that a misspelled field would be no error.
 */
function parseYaml(text: string): unknown {
  try {
    return loadYaml<{ readonly document: unknown }>(`document:\n${text.replace(/^/gm, " ")}`).document;
  } catch (error) {
    throw new ManifestError(`is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}
