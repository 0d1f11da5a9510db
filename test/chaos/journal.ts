import type { Machine } from "../support/machine.ts";

/** Lines of a run that say that it has met a bug of unitlet. */
const BUGS = /the run failed|^stack |which is a bug of unitlet|cannot count the run/;

/** Returns the lines of the runs that tell of a bug, each once with its count. */
export async function journalProblems(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.exec("journalctl --sync; journalctl --quiet --output=cat --unit=unitlet-sync");
  const counts = Map.groupBy(
    stdout.split("\n").filter((line) => BUGS.test(line)),
    (line) => line,
  );
  return [...counts].map(([line, each]) => `journal: ${each.length} times: ${line}`);
}
