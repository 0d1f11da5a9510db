/** A line of a description: indented by two blanks for each level, with a value or as heading of the lines below it. */
export type Line = readonly [level: number, name: string, value?: string];

/** Formats lines as kubectl describe does. Values of one level that follow each other are in one column. */
export function formatSheet(lines: readonly Line[]): string {
  const width = Math.max(
    ...lines.map(([level, name, value]) => (value === undefined ? 0 : 2 * level + name.length + 1)),
  );
  // A line of a value must not look like a line of the sheet.
  const below = `\n${" ".repeat(Math.max(0, width + 2))}`;
  const text = ([level, name, given]: Line) => {
    const value = given?.trimEnd().replaceAll("\n", below);
    const head = `${"  ".repeat(level)}${name}`;
    if (value === undefined) return head;
    if (name === "") return `${" ".repeat(width + 2)}${value}`;
    return `${`${head}:`.padEnd(width + 2)}${value}`;
  };
  return lines.map((line) => `${text(line).trimEnd()}\n`).join("");
}

/** The annotation with the object as it was given to kubectl, with the values of a Secret (`describe/describe.go: skipAnnotations`). */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Returns the lines of labels and annotations. */
export function metadataLines({ labels = {}, annotations = {} }: Labelled): readonly Line[] {
  const shown = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return [
    ...listLines(0, "Labels", pairs(Object.entries(labels), "=")),
    ...listLines(0, "Annotations", pairs(shown, ": ")),
  ];
}

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function pairs(entries: readonly (readonly [string, string])[], sign: string): readonly string[] {
  return entries.map(([key, value]) => `${key}${sign}${value}`);
}

/** Returns a line for each value, the first with the name; `<none>` without any. */
export function listLines(level: number, name: string, values: readonly string[]): readonly Line[] {
  const [first = "<none>", ...rest] = values;
  return [[level, name, first], ...rest.map((each): Line => [level, "", each])];
}
