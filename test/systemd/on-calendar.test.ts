import { expect, test } from "vitest";
import { run } from "../support/run.ts";
import { END, START, TIMES } from "../workloads/cron/times.ts";

const SAID = TIMES.filter(({ result }) => !/^(never|computed)/.test(result));

/** A busy computer takes several times the usual ten seconds. */
const TIMEOUT_MS = 280_000;

/**
 * Prints a digest of the times of each schedule, of which a line of standard input has the number and the OnCalendar= lines.
 * systemd starts a process for each time in another zone than its own, so the zone is given by TZ. Only counts of hundreds are cut off:
 * others show whether systemd has more times.
 */
const DIGESTS = `
while IFS="\t" read -r count lines; do
  printf '%s\\n' "$lines" | sed 's/ | /\\n/g' | while read -r line; do
    TZ=\${line##* } systemd-analyze calendar --iterations=$((count + 2)) --base-time='${START} UTC' "\${line% *}"
  done | sed -n 's/.*: [A-Z][a-z][a-z] \\([0-9-]*\\) \\([0-9:]*\\):00 UTC$/\\1T\\2/p' | sort -u |
    awk -v end=${END} -v count="$count" '$0 < end && (NR <= count || count % 100 || !count)' | sha256sum | cut -c1-16
done`;

// No unit runs: the test machine of this kind has the programs of this host.
test("OnCalendar= has the times of Kubernetes, a year ahead", async () => {
  const stdin = SAID.map(({ count, result }) => `${count}\t${result}\n`).join("");
  const { stdout } = await run(["sh", "-c", DIGESTS], { stdin, timeout: TIMEOUT_MS });
  const digests = stdout.trim().split("\n");
  expect(SAID.map(({ schedule, zone }, at) => [schedule, zone, digests[at]])).toEqual(
    SAID.map(({ schedule, zone, digest }) => [schedule, zone, digest]),
  );
});

test("systemd takes each line with its time zone", async () => {
  const lines = SAID.flatMap(({ result }) => result.split(" | "));
  const { code } = await run(["systemd-analyze", "calendar", ...lines]);
  expect(code).toBe(0);
});
