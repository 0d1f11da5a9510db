/** Columns of a line, without the indentation. */
const WIDTH = 96;

/** Returns Markdown as plain text: a link is its words and, for a page, its path. */
export function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words: string, page: string) =>
    /^[\w-]+\.md/.test(page) ? `${words} (docs/${page})` : words,
  );
}

/** Returns text in indented lines. */
export function paragraph(text: string): string {
  return lines(text.split(" "));
}

/** Returns names, separated by commas, in indented lines. */
export function listOf(names: readonly string[]): string {
  return lines(names.map((name, at) => (at < names.length - 1 ? `${name},` : name)));
}

function lines(words: readonly string[]): string {
  const all: string[] = [];
  for (const word of words) {
    const line = all.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) all[all.length - 1] = `${line} ${word}`;
    else all.push(word);
  }
  return all.map((line) => `  ${line}\n`).join("");
}
