import { printPath } from "../../config/issue.ts";
import { ManifestError, parseManifest } from "../../config/manifest.ts";
import type { CredentialKey } from "../systemd-creds.ts";
import { formatYaml } from "./format-yaml.ts";
import { itemsOf, splitDocuments } from "./manifest-documents.ts";
import { isSealed, isSecret, SealError, sealSecret } from "./sealed-secret.ts";
import { parseYaml, type YamlDocument, YamlError } from "./yaml.ts";

/** A manifest whose Secrets are sealed, and how many of them were sealed now and before. */
export interface SealedManifest {
  readonly text: string;
  readonly sealed: number;
  readonly before: number;
}

/**
 * Seals the Secrets of a manifest with one or more documents. Documents without a Secret stay as they are; a document with one loses
 * its comments, which may repeat its values. Throws an error with line and field, also for a Secret that no run would use.
 */
export function sealManifest(text: string, host: string, key: CredentialKey): SealedManifest {
  const counts = { sealed: 0, before: 0 };
  const documents = splitDocuments(text).map(({ text: document, linesBefore }) => {
    const parsed = parseAt(document, linesBefore);
    if (parsed === undefined) return document;
    const items = itemsOf(parsed.value);
    const secrets = items.filter(([, item]) => isSecret(item));
    const open = new Set(secrets.filter(([, item]) => !isSealed(item)).map(([, item]) => item));
    counts.sealed += open.size;
    counts.before += secrets.length - open.size;
    if (open.size === 0) return document;
    const seal = ([path, item]: (typeof items)[number]) => {
      if (!open.has(item)) return item;
      try {
        return sealValid(item, host, key);
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        const field = [...path, ...error.path];
        const place = field.length === 0 ? "" : `${printPath(field)}: `;
        throw new Error(`${linesBefore + parsed.lineOf(field)}: ${place}${error.message}`);
      }
    };
    const [[first] = [[]]] = items;
    const all = items.map(seal);
    return format(document, first?.length === 0 ? all[0] : { ...(parsed.value as object), items: all });
  });
  return { text: documents.join(""), ...counts };
}

function parseAt(document: string, linesBefore: number): YamlDocument | undefined {
  try {
    return parseYaml(document);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Error(`${linesBefore + error.line}: is not YAML: ${error.message}`);
  }
}

/** A value that is not base64 would be sealed as other bytes, and its owner could not see that any more. */
function sealValid(secret: unknown, host: string, key: CredentialKey): unknown {
  try {
    parseManifest(secret, "");
  } catch (error) {
    const [issue] = error instanceof ManifestError ? error.issues : [];
    throw issue === undefined ? error : new SealError(issue.path, issue.message);
  }
  return sealSecret(secret as Readonly<Record<string, unknown>>, host, key);
}

function format(document: string, value: unknown): string {
  if (document.trimStart().startsWith("{")) return `${JSON.stringify(value, undefined, 2)}\n`;
  return `${/^---/.test(document) ? "---\n" : ""}${formatYaml(value)}`;
}
