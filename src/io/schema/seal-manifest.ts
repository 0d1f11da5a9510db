import { printPath } from "../../config/issue.ts";
import type { CredentialKey } from "../systemd-creds.ts";
import { formatYaml } from "./format-yaml.ts";
import { itemsOf, splitDocuments } from "./manifest-documents.ts";
import { isSealed, isSecret, SealError, sealSecret } from "./sealed-secret.ts";
import { parseYaml, YamlError } from "./yaml.ts";

/** A manifest whose Secrets are sealed, and how many of them were sealed now and before. */
export interface SealedManifest {
  readonly text: string;
  readonly sealed: number;
  readonly before: number;
}

/**
 * Seals the Secrets of a manifest with one or more documents. Documents without a Secret stay as they are; a document with one loses
 * its comments, which may repeat its values. Throws an error with line and field.
 */
export function sealManifest(text: string, host: string, key: CredentialKey): SealedManifest {
  const counts = { sealed: 0, before: 0 };
  const documents = splitDocuments(text).map(({ text: document, linesBefore }) => {
    try {
      const parsed = parseYaml(document);
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
          return sealSecret(item as Readonly<Record<string, unknown>>, host, key);
        } catch (error) {
          if (!(error instanceof SealError)) throw error;
          const field = [...path, ...error.path];
          const place = field.length === 0 ? "" : `${printPath(field)}: `;
          throw new Error(`${linesBefore + parsed.lineOf(field)}: ${place}${error.message}`);
        }
      };
      const [[first] = [[]]] = items;
      const all = items.map(seal);
      const value = first?.length === 0 ? all[0] : { ...(parsed.value as object), items: all };
      return format(document, value);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw new Error(`${linesBefore + error.line}: is not YAML: ${error.message}`);
    }
  });
  return { text: documents.join(""), ...counts };
}

function format(document: string, value: unknown): string {
  if (document.trimStart().startsWith("{")) return `${JSON.stringify(value, undefined, 2)}\n`;
  return `${/^---/.test(document) ? "---\n" : ""}${formatYaml(value)}`;
}
