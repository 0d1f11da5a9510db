import { tableRows } from "../../docs/markdown.ts";
import { KUBELET, SYSTEMK } from "./peers.ts";

/** One bar of the figure. */
export interface Bar {
  readonly pods: string;
  readonly agent: Agent;
  readonly value: number;
}

export type Agent = "unitlet" | "unitlet, between runs" | "unitlet, during a run" | "systemk" | "kubelet + containerd";

const PODS = [0, 30, 110] as const;

/** CPU ms of the whole machine in a minute in which nothing happens: the rows of the bench's table. */
export function minuteBars(report: string): Bar[] {
  const measured = rowsOf(report, "A minute in which nothing happens: CPU ms of the whole machine");
  return PODS.flatMap((pods) => {
    const own = measured.find(([count]) => count === String(pods));
    return [
      bar(pods, "unitlet", parse(own?.[1])),
      bar(pods, "systemk", SYSTEMK.minute[pods]),
      bar(pods, "kubelet + containerd", KUBELET.minute[pods]),
    ];
  });
}

/** MiB: no process between runs, and the median peak of a run that finds nothing changed. */
export function memoryBars(report: string): Bar[] {
  const runs = rowsOf(report, "An idle run: median (min–max)");
  return PODS.flatMap((pods) => {
    const own = runs.find(([count, run]) => count === String(pods) && run === "nothing changed");
    return [
      bar(pods, "unitlet, between runs", 0),
      bar(pods, "unitlet, during a run", parse(own?.[4])),
      bar(pods, "systemk", SYSTEMK.memory[pods]),
      bar(pods, "kubelet + containerd", KUBELET.memory[pods]),
    ];
  });
}

function bar(pods: number, agent: Agent, value: number | undefined): Bar {
  if (value === undefined || Number.isNaN(value)) throw new Error(`no figure of ${agent} with ${pods} pods`);
  return { pods: `${pods} pods`, agent, value };
}

/** "1,560 (1,400–1,700)" → 1560. */
function parse(cell: string | undefined): number {
  return Number.parseFloat((cell ?? "").replaceAll(",", ""));
}

function rowsOf(report: string, heading: string): string[][] {
  const [, after = ""] = report.split(`\n### ${heading}\n`);
  return tableRows(after.split("\n### ")[0] ?? "");
}
