import { printPath } from "../../config/issue.ts";
import { ManifestError, parseManifest } from "../../config/manifest.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { decodeText } from "./decode-text.ts";
import { parseYaml, YamlError } from "./yaml.ts";

/** The content of the manifest files. */
export interface Manifests {
  readonly pods: readonly Pod[];
  /** One message for each mistake of a file, with its line. */
  readonly problems: readonly string[];
}

/** The largest object that etcd stores (`--max-request-bytes`). No cluster has a larger pod. */
const MAX_DOCUMENT_BYTES = 1.5 * 1024 * 1024;

/** A file of another kind would fill the journal with its mistakes. */
const MAX_ISSUES = 10;

interface TextDocument {
  readonly text: string;
  /** The number of lines before it. */
  readonly linesBefore: number;
}

/** A file of manifests. `name` is what messages call it. */
export interface ManifestFile {
  readonly name: string;
  read(): Buffer;
}

/** Returns the pods of YAML or JSON files with one or more documents each. A bad document does not affect the others. */
export function readManifests(paths: readonly string[], nodeName: string): Manifests {
  return parseManifests(
    paths.map((path) => ({ name: path, read: () => readAdministratorFile(path) })),
    nodeName,
  );
}

/** The same for files that need not be on the disk. */
export function parseManifests(files: readonly ManifestFile[], nodeName: string): Manifests {
  const pods = new Map<string, Pod>();
  const problems: string[] = [];
  for (const file of files) {
    const path = file.name;
    for (const { text, linesBefore } of documents(file, problems)) {
      const report = (line: number, message: string) => problems.push(`${path}:${linesBefore + line}: ${message}`);
      const found = readPod(text, nodeName, report);
      if (found === undefined) continue;
      const key = namespacedName(found.pod.metadata);
      if (pods.has(key)) report(found.line, `metadata.name: pod ${key} is defined twice; the first definition is used`);
      else pods.set(key, found.pod);
    }
  }
  return { pods: [...pods.values()], problems };
}

function readPod(
  text: string,
  nodeName: string,
  report: (line: number, message: string) => void,
): { readonly pod: Pod; readonly line: number } | undefined {
  if (text.length > MAX_DOCUMENT_BYTES) {
    report(1, `document: has more than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB, which is the limit of a cluster`);
    return undefined;
  }
  try {
    const document = parseYaml(text);
    if (document === undefined || document.value === null) return undefined;
    try {
      return { pod: parseManifest(document.value, nodeName), line: document.lineOf(["metadata", "name"]) };
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      const shown = error.issues.slice(0, MAX_ISSUES);
      for (const { path, message } of shown) report(document.lineOf(path), `${printPath(path)}: ${message}`);
      if (shown.length < error.issues.length)
        report(1, `document: ${error.issues.length - shown.length} more mistakes`);
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    report(error.line, `is not YAML: ${error.message}`);
  }
  return undefined;
}

/** Returns the texts of the documents in a file. Text before the first separator counts only when it has more than comments. */
function documents(file: ManifestFile, problems: string[]): readonly TextDocument[] {
  try {
    const text = decodeText(file.read());
    const starts = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map(({ index }) => index);
    let lines = 0;
    const all = [0, ...starts].map((start, at, all) => {
      const document = { text: text.slice(start, all[at + 1]), linesBefore: lines };
      lines += document.text.split("\n").length - 1;
      return document;
    });
    const isEmpty = (all[0]?.text ?? "").split("\n").every((line) => /^\s*([#%].*)?$/.test(line));
    return isEmpty ? all.slice(1) : all;
  } catch (error) {
    // The rest of Node's messages repeats the path.
    problems.push(`${file.name}: cannot be read: ${(error as Error).message.split(",")[0]}`);
    return [];
  }
}
