import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type Agent, type Bar, memoryBars, minuteBars } from "./figure.ts";

/** The path of the figure that README.md shows. */
export const FIGURE = fileURLToPath(new URL("../../../docs/figures/cost.svg", import.meta.url));

/** Two shades of blue for unitlet, and two colours that colour-blind readers can tell from them. */
const COLOURS: Readonly<Record<Agent, string>> = {
  unitlet: "#0072b2",
  "unitlet, between runs": "#0072b2",
  "unitlet, during a run": "#7fb8d8",
  systemk: "#e69f00",
  "kubelet + containerd": "#7a7a7a",
};

/** Draws what the three agents cost at rest, as SVG: figures of test/bench/README.md and test/bench/report/peers.ts. */
export async function drawCost(): Promise<string> {
  const report = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const spec: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: "CPU time a minute and memory of unitlet, systemk and the kubelet with 0, 30 and 110 pods at rest",
    background: "white",
    padding: 16,
    hconcat: [
      panel("CPU time of the whole machine in an idle minute (ms)", minuteBars(report), 6500),
      panel("Memory of the agent and its runtime (MiB)", memoryBars(report), 650),
    ],
    spacing: 56,
    bounds: "flush",
    resolve: { scale: { color: "independent", xOffset: "independent" } },
    config: { view: { stroke: null }, font: "Helvetica, Arial, sans-serif" },
  };
  const svg = await new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
  return `${svg}\n`;
}

type Panel = Extract<TopLevelSpec, { hconcat: unknown }>["hconcat"][number];

function panel(title: string, values: readonly Bar[], top: number): Panel {
  const shown = [...new Set(values.map(({ agent }) => agent))];
  return {
    title: { text: title, anchor: "start", fontSize: 13, offset: 12 },
    width: 390,
    height: 230,
    data: { values: [...values] },
    encoding: {
      x: {
        field: "pods",
        type: "nominal",
        sort: null,
        scale: { paddingInner: 0.18, paddingOuter: 0.06 },
        axis: { title: null, labelAngle: 0, ticks: false, labelFontSize: 12, labelPadding: 8 },
      },
      xOffset: { field: "agent", sort: shown, scale: { paddingInner: 0.12 } },
      y: {
        field: "value",
        type: "quantitative",
        scale: { domainMax: top },
        axis: { title: null, tickCount: 6, domain: false, ticks: false, gridOpacity: 0.5 },
      },
    },
    layer: [
      { mark: { type: "bar" }, encoding: { color: colour(shown) } },
      {
        mark: { type: "text", baseline: "bottom", dy: -3, fontSize: 11 },
        encoding: { text: { field: "value", type: "quantitative", format: ",.0f" } },
      },
    ],
  };
}

function colour(agents: readonly Agent[]) {
  return {
    field: "agent",
    type: "nominal" as const,
    sort: [...agents],
    scale: { domain: [...agents], range: agents.map((agent) => COLOURS[agent]) },
    legend: {
      title: null,
      orient: "bottom" as const,
      columns: 2,
      labelFontSize: 12,
      labelLimit: 0,
      offset: 16,
      columnPadding: 24,
    },
  };
}
