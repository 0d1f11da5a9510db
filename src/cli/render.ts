import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSchema } from "../io/bundles/loaders.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import type { Config } from "../model/host/config.ts";
import { allPodsOf } from "../workloads/all-pods.ts";
import { CliError } from "./failure.ts";
import { manifestFiles } from "./manifest-arguments.ts";
import { printable, printError } from "./output.ts";
import { type RenderedPod, type RenderedUnit, renderPods } from "./render/render-pods.ts";
import { renderTimers } from "./render/render-timers.ts";

const RENDER_USAGE = `usage: unitlet render [OPTION…] FILE…

Prints the units that the pods of manifests become. It needs no host: it reads the named files alone, and changes nothing.
A FILE is a manifest, a directory of manifests, or - for standard input. Comments say what the host, an image or a
package decides. The units are those of a host with cgroup v2.

  --node-name NAME        the name of the node, on which the UIDs of pods depend. Default: node
  --pod-network host|bridge|cni
                          the setting podNetwork. Default: host
  --set KEY=VALUE         a setting as in unitlet.conf; may be given several times
  --output DIR            write each unit to a file in DIR, and print the names and comments

examples:
  unitlet render web.yaml
  unitlet render --set hostFiles=none /etc/unitlet/manifests
  helm template shop | unitlet render --pod-network bridge -

exit status 0: done; 1: a manifest or a pod is refused, and a message says why; 64: wrong usage
`;

const OPTIONS = {
  "node-name": { type: "string" },
  "pod-network": { type: "string" },
  set: { type: "string", multiple: true },
  output: { type: "string" },
} as const;

/**
 * `unitlet render`: prints the units of manifests without a host. The exit status is 1 when a manifest or a pod is
 * refused; the units of the other pods are printed all the same. Throws CliError.
 */
export async function render(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return RENDER_USAGE;
  const { values, positionals } = parse(args);
  if (positionals.length === 0) throw usage("name a manifest, or - for standard input");
  const config = await configOf(values);
  const { parseManifests } = await loadSchema();
  const { pods, workloads, cronJobs, services, problems } = parseManifests(manifestFiles(positionals), config.nodeName);
  const libDir = process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet";
  const timers = renderTimers(cronJobs, Date.now());
  const all = [...workloads, ...timers.flatMap(({ job }) => job ?? [])];
  const rendered = renderPods([...pods, ...allPodsOf(all, config.maxPods)], {
    ...{ config, libDir },
    ...(services.length > 0 && { services: [] }),
  });
  const refused = rendered.flatMap(({ pod, refused }) => (refused === undefined ? [] : [`pod ${pod}: ${refused}`]));
  for (const problem of [...problems, ...refused]) printError(problem);
  if (problems.length + refused.length > 0) process.exitCode = 1;
  const { output } = values;
  const show = output === undefined ? withText : writtenTo(output);
  const shownTimers = timers.map(({ title, unit }) => `# ${title}\n\n${unit === undefined ? "" : `${show(unit)}\n`}`);
  return [...shownTimers, ...rendered.map((pod) => formatPod(pod, show))].join("");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

/** Returns the default configuration of a standalone host, changed by the options. Throws CliError. */
async function configOf(values: ReturnType<typeof parse>["values"]): Promise<Config> {
  const { "node-name": nodeName = "node", "pod-network": podNetwork, set = [] } = values;
  const { parseSettings, toConfig } = await loadSchema();
  const settings = [
    ["--node-name", `nodeName=${nodeName}`],
    ...(podNetwork === undefined ? [] : [["--pod-network", `podNetwork=${podNetwork}`]]),
    ...set.map((setting) => ["--set", setting]),
  ] as const;
  try {
    return toConfig(parseSettings(settings.map(([path = "", text = ""]) => ({ path, text }))), nodeName, undefined);
  } catch (error) {
    if ((error as Error).name !== "ConfigError") throw error;
    throw usage((error as Error).message);
  }
}

function formatPod({ pod, notes, units, refused }: RenderedPod, show: (unit: RenderedUnit) => string): string {
  if (refused !== undefined) return "";
  return [`# Pod ${pod}\n${comments(notes)}`, ...units.map((unit) => show(unit))].map((part) => `${part}\n`).join("");
}

function withText({ name, notes, text }: RenderedUnit): string {
  return `# ${name}\n${comments(notes)}${text}`;
}

/** Returns what writes a unit below a directory, and prints the rest. */
function writtenTo(directory: string): (unit: RenderedUnit) => string {
  mkdirSync(directory, { recursive: true });
  return ({ name, notes, text }) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return `${path}\n${comments(notes)}`;
  };
}

function comments(notes: readonly string[]): string {
  return notes
    .flatMap((note) => note.split("\n"))
    .map((line) => `# ${printable(line)}\n`)
    .join("");
}

function usage(what: string): CliError {
  return new CliError(`unitlet render: ${what}\n\n${RENDER_USAGE}`, EX_USAGE);
}
