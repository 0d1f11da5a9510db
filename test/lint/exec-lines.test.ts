import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** A line of a unit file such as `["ExecStartPre", …]`, with the beginning of its value. */
const EXEC_LINE = /\[\s*"(Exec[A-Z]\w*)",\s*([^\s]{0,40})/g;

/** Lines of a package's own unit keep the prefixes of the package. */
const OF_PACKAGES = "src/translate/deb/";

test("every Exec line that unitlet writes is made by execLine, so that systemd expands no variable in it", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).map((file) => `src/${file}`);
  const made = files
    .filter((file) => file.endsWith(".ts") && !file.startsWith(OF_PACKAGES))
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(EXEC_LINE)].map((found) => [file, ...found.slice(1)]));
  const byHand = made.filter(
    ([file, , value]) => file !== "src/io/systemd/transient-run.ts" && !value?.startsWith("execLine("),
  );
  expect(made.length).toBeGreaterThan(8);
  expect(byHand).toEqual([]);
});
