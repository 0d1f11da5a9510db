/** The text between `<!-- NAME: … -->` and `<!-- /NAME -->`, without the empty lines around it. */
export function section(text: string, name: string): string {
  return cut(text, name).inside.trim();
}

/** The text with another content of that section. */
export function withSection(text: string, name: string, content: string): string {
  const { before, after } = cut(text, name);
  return `${before}\n${content.trim()}\n\n${after}`;
}

function cut(text: string, name: string): { readonly before: string; readonly inside: string; readonly after: string } {
  const begin = text.indexOf(`<!-- ${name}: `);
  const start = text.indexOf("\n", begin) + 1;
  const end = text.indexOf(`<!-- /${name} -->`, start);
  if (begin < 0 || start === 0 || end < 0) throw new Error(`no section "${name}": two comments should mark it`);
  return { before: text.slice(0, start), inside: text.slice(start, end), after: text.slice(end) };
}

/** The cells of every row of the tables in a text, without the heads. */
export function tableRows(text: string): string[][] {
  const rows = text
    .split("\n")
    .map((line) => (line.startsWith("|") ? line.slice(1, -1).split(/(?<!\\)\|/) : undefined));
  return rows.flatMap((cells, at) => {
    const isHead = /^\|[-| ]+$/.test(text.split("\n")[at + 1] ?? "");
    const isRule = cells?.every((cell) => /^ *-+ *$/.test(cell)) ?? true;
    return cells === undefined || isHead || isRule ? [] : [cells.map((cell) => cell.trim())];
  });
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

export function fence(language: string, content: string): string {
  return `\`\`\`${language}\n${content.trim()}\n\`\`\``;
}

/** The content of the first fenced block in a text. */
export function fenced(text: string): string {
  const content = /^```\w*\n(.*?)^```$/ms.exec(text)?.[1];
  if (content === undefined) throw new Error("no fenced block");
  return content;
}

/** The first line of a page that a test writes in full. */
export const GENERATED_MARK = "<!-- This page is generated: `npm test -- test/docs -u` writes it. Do not edit it. -->";
