import type { Place } from "../../io/schema/stored-objects.ts";

/** A separator of documents that is alone on its line. */
const SEPARATOR = /^---[ \t]*(#.*)?\r?(\n|$)/;

/**
 * Returns a file with another document in place of one. All other documents stay as they are, and so do the comments between this one
 * and the next.
 */
export function withDocument(file: string, place: Place, next: string): string {
  const { text } = place;
  const separator = SEPARATOR.exec(text)?.[0] ?? (text.startsWith("---") ? "---\n" : "");
  const body = endedLine(next.replace(SEPARATOR, ""));
  return replaced(file, place, endedLine(separator, true) + body + trailingComments(text));
}

/** Returns a file without a document; undefined when nothing but blank lines would be left. */
export function withoutDocument(file: string, place: Place): string | undefined {
  const rest = replaced(file, place, trailingComments(place.text));
  return rest.split("\n").every((line) => /^(---|\.\.\.)?\s*$/.test(line)) ? undefined : rest;
}

function replaced(file: string, { file: name, text, offset }: Place, next: string): string {
  if (file.slice(offset, offset + text.length) !== text)
    throw new Error(`error: ${name} has changed meanwhile: try again`);
  return file.slice(0, offset) + next + file.slice(offset + text.length);
}

/** Returns the comments at the end of a document, which may be about the next one. Those of a list or mapping are indented. */
function trailingComments(text: string): string {
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => !/^(#.*)?$/.test(line));
  const rest = lines.slice(last + 1).join("\n");
  return /^#/m.test(rest) ? endedLine(rest) : "";
}

function endedLine(text: string, mayBeEmpty = false): string {
  return (mayBeEmpty && text === "") || text.endsWith("\n") ? text : `${text}\n`;
}
