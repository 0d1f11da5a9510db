import { parseArgs } from "node:util";
import { loadReconcile } from "../io/bundles/loaders.ts";
import { readConfig } from "../io/config-files.ts";
import { connectPodSource } from "../io/pod-source.ts";
import { formatFields, logTo } from "../log.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { describePlan, type PlannedStep } from "../report/describe-plan.ts";
import { type UnitChange, unitChanges } from "../report/unit-changes.ts";
import { requireRoot } from "./agent.ts";
import { CliError } from "./failure.ts";
import { printable, printError } from "./output.ts";
import { formatChanges, givenUIDs, objectsOfFiles, withObjects } from "./plan-files.ts";

const PLAN_USAGE = `usage: unitlet plan [--json] [-f FILE…]

Shows the steps that a run would do now, grouped by pod, with the reason of each. It changes nothing on the host and
in the cluster.

With -f it shows the units that would be added (+), changed (~) and removed (-) if FILE were in the directory of manifests,
and which containers would restart or stop. A pod of the same name is replaced. ! precedes a container or a pod that gets
no unit.

  -f, --filename FILE     a manifest, a directory of manifests, or - for standard input; may be given several times
  --json                  print the steps as JSON, and with -f also the changes of units

examples:
  unitlet plan
  unitlet plan -f web.yaml
  unitlet plan --json -f web.yaml -f /srv/manifests

exit status 0: a run would change nothing; 2: it would; 1: there is no complete plan
`;

const OPTIONS = { json: { type: "boolean" }, filename: { type: "string", short: "f", multiple: true } } as const;

/** The time that a run may take for its requests. */
const API_BUDGET_MS = 15_000;
const HAS_CHANGES = 2;

/**
 * `unitlet plan`: prints what a run would do now and why, one line for each step, grouped by pod. It changes nothing.
 * The exit status is 0 when a run would change nothing, and 2 when it would change something. It is 1 when the plan
 * cannot be made or the list of pods is incomplete.
 */
export async function plan(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return PLAN_USAGE;
  const { json, filename } = options(args);
  requireRoot("plan");
  const { steps, changes, because } = await planSteps(filename);
  // An Event alone changes nothing on the host, and a run does not repeat it.
  if (steps.some(({ step }) => step !== "emit-event") || changes?.length) process.exitCode = HAS_CHANGES;
  if (because !== undefined) {
    printError(`The list of pods is incomplete, so nothing would be removed: ${because}`);
    process.exitCode = 1;
  }
  if (json) return formatJson({ steps, changes }, because);
  return changes === undefined ? formatText(steps) : formatChanges(changes);
}

function options(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new CliError(`unitlet plan: ${(error as Error).message}\n\n${PLAN_USAGE}`, EX_USAGE);
  }
}

interface Planned {
  readonly steps: readonly PlannedStep[];
  /** The changes of units; undefined without files. */
  readonly changes?: readonly UnitChange[] | undefined;
  /** Why the list of pods is incomplete; undefined when it is complete. */
  readonly because?: string;
}

/** Returns what a run would do if the files were in the directory of manifests; without files, what it would do now. */
async function planSteps(files: readonly string[] | undefined): Promise<Planned> {
  const now = Date.now();
  const { config } = await readConfig().catch((error: Error) => {
    throw new CliError(error.message);
  });
  const added = files && (await objectsOfFiles(files, config));
  const log = logTo((line) => process.stderr.write(printable(line)));
  const { source, close } = connectPodSource(config, log, now + API_BUDGET_MS);
  try {
    const { preview } = await loadReconcile();
    const libDir = process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet";
    const planned = await preview({ config, source: added ? withObjects(source, added) : source, libDir, now });
    const { pods } = planned.before;
    return {
      steps: describePlan(planned),
      ...(added && { changes: unitChanges(planned, givenUIDs(added, pods)) }),
      ...(pods.complete ? {} : { because: pods.because }),
    };
  } finally {
    close();
  }
}

function formatText(steps: readonly PlannedStep[]): string {
  if (steps.length === 0) return "Nothing to do.\n";
  const groups = Map.groupBy(steps, ({ pod = "host" }) => pod);
  const lines = [...groups].flatMap(([pod, own]) => [
    `${pod}:`,
    ...own.map(({ step, fields }) => `  ${formatFields(step, fields)}`),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

function formatJson({ steps, changes }: Planned, because: string | undefined): string {
  const list = because === undefined ? { complete: true } : { complete: false, because };
  const flat = steps.map(({ fields, ...rest }) => ({ ...rest, ...fields }));
  return `${JSON.stringify({ list, units: changes, steps: flat }, undefined, 2)}\n`;
}
