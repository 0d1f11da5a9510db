type Row = readonly (string | number)[];

/** A Markdown table that reads well as plain text, too. */
export function table(title: string, [head, ...body]: readonly [Row, ...Row[]]): string {
  if (body.length === 0) return "";
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...body].map((row) => String(row[column] ?? "").length)),
  );
  const line = (cells: Row) => `| ${widths.map((width, at) => String(cells[at] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [`### ${title}`, "", line(head), rule, ...body.map(line), ""].join("\n");
}
