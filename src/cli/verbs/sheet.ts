/** A line of a description: indented by two blanks for each level, with a value or as heading of the lines below it. */
export type Line = readonly [level: number, name: string, value?: string];

/** Formats lines as kubectl describe does. Values of one level that follow each other are in one column. */
export function formatSheet(lines: readonly Line[]): string {
  const width = Math.max(
    ...lines.map(([level, name, value]) => (value === undefined ? 0 : 2 * level + name.length + 1)),
  );
  const text = ([level, name, value]: Line) => {
    const head = `${"  ".repeat(level)}${name}`;
    if (value === undefined) return head;
    if (name === "") return `${" ".repeat(width + 2)}${value}`;
    return `${`${head}:`.padEnd(width + 2)}${value}`;
  };
  return lines.map((line) => `${text(line).trimEnd()}\n`).join("");
}

/** Returns a line for each value, the first with the name; `<none>` without any. */
export function listLines(level: number, name: string, values: readonly string[]): readonly Line[] {
  const [first = "<none>", ...rest] = values;
  return [[level, name, first], ...rest.map((each): Line => [level, "", each])];
}
