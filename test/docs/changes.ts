/** A heading of docs/contributing/where-to-change.md. Items are list items; their first path in backticks is the place. */
export interface Change {
  readonly title: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/** Returns the changes that the page describes. Throws when one has no list of files or of tests. */
export function changesOf(page: string): Change[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((text) => {
      const [title = "", ...lines] = text.split("\n");
      const at = (word: string) => lines.indexOf(`${word}:`);
      if (at("Files") < 0 || at("Tests") < at("Files")) throw new Error(`"${title}": expected lists Files: and Tests:`);
      const items = (from: number, to: number) => lines.slice(from, to).filter((line) => line.startsWith("- "));
      return { title, files: items(at("Files"), at("Tests")), tests: items(at("Tests"), lines.length) };
    });
}

/** Every path in backticks in these items, from the top of the repository. */
export function pathsOf(items: readonly string[]): string[] {
  return items.flatMap((item) =>
    [...item.matchAll(/`((?:src|units|test|docs)\/[\w@./*-]*|install\.sh)`/g)].map(([, path = ""]) => path),
  );
}
