import { loadYaml } from "@kubernetes/client-node";
import type { FetchResult } from "../../src/model/references.ts";
import { parsedPod } from "../config/parsed-pod.ts";
import { CONFIG, HOST, NO_REFERENCES, runnable } from "../translate/base.ts";
import { fence } from "./markdown.ts";

const LIB = "/usr/local/lib/unitlet";
const GIBIBYTE = 1024 ** 3;

/** The files of a manifest's pod on a standalone host, by the name of the container; "" is its slice. */
export function exampleUnits(manifest: string): ReadonlyMap<string, string> {
  const host = { ...HOST, hostname: "edge-1", memoryTotal: 24 * GIBIBYTE };
  const references = new Map<string, FetchResult>([
    ...NO_REFERENCES,
    ["services/default/", { ok: true, value: [], at: 0 }],
  ]);
  const context = { config: { ...CONFIG, nodeName: "edge-1" }, host, libDir: LIB, references };
  const { slice, containers } = runnable(parsedPod(loadYaml(manifest), "edge-1"), context);
  const units = containers.map(({ name, unit }) => [name, unit] as const);
  return new Map([["", slice], ...units].map(([name, unit]) => [String(name), shown(unit as typeof slice)]));
}

/** Directives that show a reader without knowledge of unitlet what a service is. */
const EXCERPT =
  /^(Description|Type|Restart|RestartSec|TimeoutStopSec|KillMode|Slice|CPUWeight|MemoryMax|DevicePolicy|ExecStart|ExecStartPre|ExecStopPost)=/;

/** A few lines of the only container's service, and the heads of their sections. */
export function exampleExcerpt(manifest: string): string {
  const text = exampleUnits(manifest).get("web") ?? "";
  const lines = text.split("\n").filter((line) => EXCERPT.test(line) || /^(#|```|\[(Unit|Service)\])/.test(line));
  return lines.map((line) => line.replace(/ "([0-9a-f]{8}-|--unshare-ipc).*/, " …")).join("\n");
}

function shown({ name, text }: { readonly name: string; readonly text: string }): string {
  return fence("ini", `# /etc/systemd/system/${name}\n${text}`);
}
