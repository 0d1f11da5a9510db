import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import * as z from "zod";
import { metricsByPath } from "../docs/metric-samples.ts";
import { promqlProblems, resultLabels, seriesOf } from "./promql.ts";

const KNOWN = seriesOf(Object.values(metricsByPath()).flat());
const SCHEMA = resolve("node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen.d.ts");
const GRID_COLUMNS = 24;

/** What every panel of this board must have; Grafana's own schema leaves most of it out. */
const Panel = z.looseObject({
  id: z.int(),
  title: z.string(),
  type: z.enum(["stat", "timeseries", "table"]),
  gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z
    .array(z.looseObject({ refId: z.string(), expr: z.string(), legendFormat: z.string().optional() }))
    .nonempty(),
});
const Board = z.looseObject({ title: z.string(), schemaVersion: z.int(), panels: z.array(Panel).nonempty() });

const text = await readFile("docs/examples/grafana-dashboard.json", "utf8");
const { panels } = Board.parse(JSON.parse(text));

/** Has the compiler compare a board with Grafana's published types, and returns its complaints. */
async function schemaProblems(board: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "unitlet-board-"));
  // JSON has the values of the schema's enums, not their names.
  const source = `import type { Dashboard } from "schema";
type Json<T> = T extends string ? \`\${T}\` : T extends number ? (\`\${T}\` extends \`\${infer N extends number}\` ? N : T) :
  T extends object ? { [K in keyof T]: Json<T[K]> } : T;
export const board: Json<Dashboard> = ${board};
`;
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], paths: { schema: [SCHEMA] } };
  try {
    await writeFile(join(directory, "board.ts"), source);
    await writeFile(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    const tsc = ["node_modules/typescript/bin/tsc", "--project", directory];
    return await promisify(execFile)(process.execPath, tsc).then(
      () => "",
      ({ stdout }: { stdout: string }) => stdout,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("the board is one of Grafana's schema", async () => {
  expect(await schemaProblems(text)).toBe("");
});

test.for([
  ['"graphTooltip": 1', '"graphTooltip": 7'],
  ['"schemaVersion": 39', '"schemaVersion": "39"'],
  ['"mode": "absolute"', '"mode": "relative"'],
  ['"gridPos"', '"gridPosition"'],
] as const)("the schema finds %s → %s", async ([right, wrong]) => {
  expect(text).toContain(right);
  expect(await schemaProblems(text.replace(right, wrong))).toMatch(/error TS/);
});

test.for(panels)("panel $title asks for metrics and labels that exist", ({ targets }) => {
  for (const { expr, legendFormat = "" } of targets) {
    const asked = expr.replaceAll("$__rate_interval", "5m");
    expect(promqlProblems(asked, KNOWN)).toEqual([]);
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect(named.filter((label) => !resultLabels(asked, KNOWN).includes(label ?? ""))).toEqual([]);
  }
});

test("panels have ids of their own, stay on the grid and do not overlap", () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > GRID_COLUMNS)).toEqual([]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});
