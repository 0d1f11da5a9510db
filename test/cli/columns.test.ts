import { expect, test } from "vitest";
import { inColumns } from "../../src/cli/columns.ts";

test("each column is as wide as its widest cell, and no line ends with blanks", () => {
  const rows = [
    ["NAME", "STATE"],
    ["web", ""],
    ["database", "running"],
  ];
  expect(inColumns(rows)).toBe("NAME      STATE\nweb\ndatabase  running\n");
});
