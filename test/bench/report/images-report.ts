import { type Measured, STAGES } from "../images.ts";
import type { Results } from "../results.ts";
import { number, range } from "../statistics.ts";
import { table } from "./table.ts";

export function images({ images: all }: Results): string {
  if (all === undefined) return "";
  const { present, pulls, containers } = all;
  const seconds = ({ wall }: Measured) => range(wall);
  const rows = pulls.map(({ megabytes, copy, unpack, running }) => {
    const ratio = (of: number) => number(running.wall.median / of);
    const both = copy.wall.median + unpack.wall.median;
    return [number(megabytes), ...[copy, unpack, running].map(seconds), ratio(copy.wall.median), ratio(both)];
  });
  const costs = pulls.map(({ megabytes, copy, unpack, running, stages }) => {
    const tools = copy.cpu.median + unpack.cpu.median;
    const cpu = [tools, running.cpu.median, running.cpu.median - tools].map(number);
    return [number(megabytes), ...STAGES.map((stage) => number(stages[stage].median)), ...cpu];
  });
  return [
    table("Images: s until a pod runs whose image is not there", [
      ["MB", "skopeo copy", "umoci raw unpack", "created → Running", "÷ skopeo", "÷ both"],
      ...rows,
    ]),
    table("… where they go, and CPU s of the machine", [
      [
        "MB",
        "until fetching",
        "fetching",
        "unpacking",
        "the start",
        "CPU of both tools",
        "CPU until Running",
        "of it ours",
      ],
      ...costs,
    ]),
    table("An image that is there", [
      ["", ""],
      ["created → Running, ms: median (least–most)", range(present)],
      [`${containers.count} containers: KB on the disk beside the one tree`, number(containers.beside / 1000)],
      ["… of which there are KB in the tree", number(containers.tree / 1000)],
    ]),
  ].join("\n");
}
