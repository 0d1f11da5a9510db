import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A link of a page: its target as written, and the line it is on, from 1. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Inline links and images, reference definitions, and the attributes of HTML. Code is no link. */
const TARGET = /\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\s*\[[^\]]+\]:\s+(\S+)|\b(?:href|src)="([^"]+)"/g;

export function linksOf(text: string): Link[] {
  return withoutCode(text).flatMap((content, at) =>
    [...content.matchAll(TARGET)].map(([, inline, definition, html]) => ({
      target: inline ?? definition ?? html ?? "",
      line: at + 1,
    })),
  );
}

/** What is wrong with a link of a page; undefined when nothing is. Links to other hosts are not judged. */
export function linkProblem(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), decodeURI(path));
  if (!existsSync(file)) return `there is no ${file}`;
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return anchorsOf(readFileSync(file, "utf8")).has(decodeURI(anchor)) ? undefined : `${file} has no heading #${anchor}`;
}

/** The anchors that GitHub makes of a page's headings, and those that are set by hand. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of withoutFences(text)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading !== undefined) anchors.add(unused(slug(heading), anchors));
    for (const [, name] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name ?? "");
  }
  return anchors;
}

function slug(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]+>(?=.*<\/)/g, "");
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

function unused(name: string, anchors: ReadonlySet<string>): string {
  let free = name;
  for (let count = 1; anchors.has(free); count += 1) free = `${name}-${count}`;
  return free;
}

function withoutCode(text: string): string[] {
  return withoutFences(text).map((line) => line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, ""));
}

/** Its lines; those within a fence are empty. */
function withoutFences(text: string): string[] {
  let fence: string | undefined;
  return text.split("\n").map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) {
      fence = mark;
      return mark === undefined ? line : "";
    }
    if (mark?.startsWith(fence)) fence = undefined;
    return "";
  });
}
