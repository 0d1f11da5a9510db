import type { DatedResult, LaneResult, Results } from "../matrix/results.ts";
import { table } from "./markdown.ts";

/** Returns the part of docs/compatibility.md that shows the last runs of `npm run matrix`. What did not run is not in it. */
export function matrixSection(results: Results): string {
  const lanes = Object.entries(results).toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return [
    laneTable(lanes),
    "### Failures",
    failures(lanes),
    "### What the kernel lacks",
    lacks(lanes),
    "### By file",
    fileTable(lanes),
  ].join("\n\n");
}

type NamedLane = readonly [name: string, lane: LaneResult];

function laneTable(lanes: readonly NamedLane[]): string {
  const head = [
    "lane",
    "distribution",
    "systemd",
    "cgroups",
    "bus",
    "kernel",
    "API server",
    "image tools",
    "run on",
    "files",
  ];
  const rows = lanes.map(([name, { versions, files }]) => {
    const all = Object.values(files);
    const { distribution, systemd, cgroups, bus, kernel, kubernetes, tools } = versions;
    const counts = [
      all.length,
      sum(all.map(({ passed }) => passed)),
      sum(all.map(({ failed }) => failed.length)),
      lackingIn(all),
    ];
    return [
      `\`${name}\``,
      distribution,
      systemd,
      cgroups,
      bus,
      kernel,
      kubernetes,
      tools,
      dates(all),
      ...counts.map(String),
    ];
  });
  return table([...head, "passed", "failed", "lacking"], rows);
}

/** The first and the last day, because a run of some files leaves the results of the others. */
function dates(results: readonly DatedResult[]): string {
  const days = results.map(({ date }) => date).toSorted();
  const [first = "never", last = first] = [days.at(0), days.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function failures(lanes: readonly NamedLane[]): string {
  const byTest = new Map<string, string[]>();
  for (const [name, { files }] of lanes)
    for (const [file, { failed }] of Object.entries(files))
      for (const title of failed) add(byTest, `| ${linkTo(file)} | ${escaped(title)} |`, name);
  if (byTest.size === 0) return "Nothing has failed in these runs.";
  return rowsOf(["file", "test", "lanes"], byTest);
}

function lacks(lanes: readonly NamedLane[]): string {
  const byFeature = new Map<string, string[]>();
  for (const [name, { files }] of lanes)
    for (const [file, { lacking }] of Object.entries(files))
      for (const [feature, count] of Object.entries(lacking))
        add(byFeature, `| ${feature} | ${linkTo(file)} | ${count} |`, name);
  if (byFeature.size === 0) return "The kernels of these runs lack nothing that a test needs.";
  return rowsOf(["feature", "file", "tests", "lanes"], byFeature);
}

function fileTable(lanes: readonly NamedLane[]): string {
  const files = [...new Set(lanes.flatMap(([, lane]) => Object.keys(lane.files)))].toSorted();
  return table(
    ["file", ...lanes.map(([name]) => `\`${name}\``)],
    files.map((file) => [linkTo(file), ...lanes.map(([, lane]) => cellOf(lane.files[file]))]),
  );
}

function cellOf(result: DatedResult | undefined): string {
  if (result === undefined) return "–";
  const lacking = lackingIn([result]);
  return [
    `${result.passed}`,
    ...(result.failed.length === 0 ? [] : [`**${result.failed.length} failed**`]),
    ...(lacking === 0 ? [] : [`${lacking} lacking`]),
  ].join(", ");
}

function add(map: Map<string, string[]>, key: string, lane: string): void {
  map.set(key, [...(map.get(key) ?? []), `\`${lane}\``]);
}

/** Each key has the first cells of its row. */
function rowsOf(head: readonly string[], map: ReadonlyMap<string, readonly string[]>): string {
  const rows = [...map].map(([cells, lanes]) => `${cells} ${lanes.join(", ")} |`);
  return [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...rows].join("\n");
}

function lackingIn(results: readonly DatedResult[]): number {
  return sum(results.flatMap(({ lacking }) => Object.values(lacking)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function linkTo(file: string): string {
  return `[${file.replace(/^test\/|\.test\.ts$/g, "")}](../${file})`;
}

function escaped(title: string): string {
  return title.replace(/[|<>*_[\]\\]/g, "\\$&");
}
