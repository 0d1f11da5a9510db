import { expect, test } from "vitest";
import { formatTable } from "../../src/cli/columns.ts";

test("each column is as wide as its widest cell, and no line ends with blanks", () => {
  const rows = [
    ["NAME", "STATE"],
    ["web", ""],
    ["database", "running"],
  ];
  expect(formatTable(rows)).toBe("NAME      STATE\nweb\ndatabase  running\n");
});
