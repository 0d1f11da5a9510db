import type { Path } from "../../config/issue.ts";

/** A document of a file, with its separator. */
export interface TextDocument {
  readonly text: string;
  /** The number of lines before it. */
  readonly linesBefore: number;
  /** Where the text begins in the file. */
  readonly offset: number;
}

/** Splits a text at its separators. The first document is the text before the first separator, if any. */
export function splitDocuments(text: string): readonly TextDocument[] {
  const starts = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map(({ index }) => index);
  let lines = 0;
  return [0, ...starts].map((start, at, all) => {
    const document = { text: text.slice(start, all[at + 1]), linesBefore: lines, offset: start };
    lines += document.text.split("\n").length - 1;
    return document;
  });
}

/** Returns the items of a List with their paths, such as those of `kubectl get -o yaml`, or else the document itself. */
export function itemsOf(document: unknown): readonly (readonly [Path, unknown])[] {
  const { apiVersion, kind, items } = (document ?? {}) as { apiVersion?: unknown; kind?: unknown; items?: unknown };
  if (apiVersion !== "v1" || kind !== "List" || !Array.isArray(items)) return [[[], document]];
  return items.map((item, at) => [["items", at], item]);
}
