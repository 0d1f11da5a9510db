import { loadReconcile } from "../io/bundles/loaders.ts";
import { readConfig } from "../io/config-files.ts";
import { connectPodSource } from "../io/pod-source.ts";
import { formatFields, logTo } from "../log.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { describePlan, type PlannedStep } from "../report/describe-plan.ts";
import { requireRoot } from "./agent.ts";
import { CliError } from "./failure.ts";

const PLAN_USAGE = `usage: unitlet plan [--json]

Shows the steps that a run would do now, grouped by pod, with the reason of each. It changes nothing on the host and
in the cluster.

  --json  print the steps as JSON

exit status 0: a run would change nothing; 2: it would; 1: there is no complete plan
`;

/** The time that a run may take for its requests. */
const API_BUDGET_MS = 15_000;
const HAS_CHANGES = 2;

/**
 * `unitlet plan`: prints what a run would do now and why, one line for each step, grouped by pod. It changes nothing.
 * The exit status is 0 when a run would change nothing, and 2 when it would change something. It is 1 when the plan
 * cannot be made or the list of pods is incomplete.
 */
export async function plan(args: readonly string[]): Promise<string> {
  const [flag, ...rest] = args;
  if (flag === "--help") return PLAN_USAGE;
  if (rest.length > 0 || (flag !== undefined && flag !== "--json")) throw new CliError(PLAN_USAGE, EX_USAGE);
  requireRoot("plan");
  const { steps, because } = await planSteps();
  // An Event alone changes nothing on the host, and a run does not repeat it.
  if (steps.some(({ step }) => step !== "emit-event")) process.exitCode = HAS_CHANGES;
  if (because !== undefined) {
    process.stderr.write(`The list of pods is incomplete, so nothing would be removed: ${because}\n`);
    process.exitCode = 1;
  }
  return flag === "--json" ? formatJson(steps, because) : formatText(steps);
}

interface Planned {
  readonly steps: readonly PlannedStep[];
  /** Why the list of pods is incomplete; undefined when it is complete. */
  readonly because?: string;
}

async function planSteps(): Promise<Planned> {
  const now = Date.now();
  const { config } = await readConfig().catch((error: Error) => {
    throw new CliError(error.message);
  });
  const log = logTo((line) => process.stderr.write(line));
  const { source, close } = connectPodSource(config, log, now + API_BUDGET_MS);
  try {
    const { preview } = await loadReconcile();
    const libDir = process.env.UNITLET_LIB ?? "/usr/local/lib/unitlet";
    const planned = await preview({ config, source, libDir, now });
    const { pods } = planned.before;
    return { steps: describePlan(planned), ...(pods.complete ? {} : { because: pods.because }) };
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

function formatJson(steps: readonly PlannedStep[], because: string | undefined): string {
  const list = because === undefined ? { complete: true } : { complete: false, because };
  const flat = steps.map(({ fields, ...rest }) => ({ ...rest, ...fields }));
  return `${JSON.stringify({ list, steps: flat }, undefined, 2)}\n`;
}
