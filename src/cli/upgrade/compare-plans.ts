/** What `unitlet plan --json` prints, as far as an upgrade compares it. */
export interface PrintedPlan {
  readonly list: { readonly complete: boolean };
  readonly steps: readonly PrintedStep[];
}

export interface PrintedStep {
  readonly step: string;
  readonly uid: string;
  readonly pod?: string;
  readonly unit?: string;
  readonly because?: string;
}

/** The steps that end a container, or a pod with its data. */
const ENDS = new Set([
  "restart",
  "stop",
  "stop-and-wait",
  "kill",
  "reset-containers",
  "remove-pod",
  "delete-pod-object",
]);

const keyOf = ({ step, uid, unit }: PrintedStep) => `${step} ${uid} ${unit ?? ""}`;

/** Returns the steps of `after` that end something which `before` leaves running. */
export function endingSteps(before: PrintedPlan, after: PrintedPlan): readonly PrintedStep[] {
  const known = new Set(before.steps.map(keyOf));
  return after.steps.filter((each) => ENDS.has(each.step) && !known.has(keyOf(each)));
}

/** Returns the steps that are in both, whatever their reasons. */
export function inBoth(some: readonly PrintedStep[], others: readonly PrintedStep[]): readonly PrintedStep[] {
  const keys = new Set(others.map(keyOf));
  return some.filter((each) => keys.has(keyOf(each)));
}

/** Returns a step in words, such as `restart unitlet.default.web.main.service (the image differs)`. */
export function describeEnd({ step, uid, pod, unit, because }: PrintedStep): string {
  return `${step} ${unit ?? pod ?? uid}${because === undefined ? "" : ` (${because})`}`;
}
