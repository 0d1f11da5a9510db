/** The width of a column and the blanks after its widest cell (`cli-runtime printers/tabwriter.go`, v0.36). */
const MIN_WIDTH = 6;
const PADDING = 3;

/** Returns the widths of the columns of a table. Rows that come later may be wider. */
export function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, column) =>
    Math.max(MIN_WIDTH, ...rows.map((row) => (row[column]?.length ?? 0) + PADDING)),
  );
}

/** Formats rows as kubectl does. `paint` may colour a cell, whose width is that of its text. */
export function formatRows(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  paint: (cell: string) => string = (cell) => cell,
): string {
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => paint(cell) + (column === row.length - 1 ? "" : " ".repeat(blanks(widths[column], cell))))
      .join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}

function blanks(width: number | undefined, cell: string): number {
  return Math.max(1, (width ?? 0) - cell.length);
}
