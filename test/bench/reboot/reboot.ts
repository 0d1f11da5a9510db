import { say } from "../progress.ts";
import { besideCommitted, type Ratio } from "../ratios.ts";
import { type Summary, summarise } from "../statistics.ts";
import type { Subject } from "../subject.ts";
import { PODS } from "./directory.ts";
import { type Boot, type End, RebootedHost } from "./rebooted-host.ts";

/** Boots of one kind: seconds, and CPU ms of the machine. */
export interface Reboots {
  readonly network: "host" | "bridge";
  readonly end: End;
  readonly count: number;
  readonly pods: number;
  readonly active: Summary;
  readonly ready: Summary;
  readonly caughtUp: Summary;
  readonly cpu: Summary;
}

/** Boots standalone hosts so many times: after a shutdown and after a power cut, and with pods on networks of their own. */
export async function measureReboots(count: number): Promise<readonly Reboots[]> {
  const all: Reboots[] = [];
  for (const [network, ends] of [
    ["host", ["reboot", "crash"]],
    ["bridge", ["reboot"]],
  ] as const) {
    say(`reboots, podNetwork = ${network}`);
    await using host = await RebootedHost.start(`bench-reboot-${network}`, network);
    for (const end of ends) all.push({ network, end, ...summaryOf(await bootOften(host, end, count)) });
  }
  return all;
}

/** The CPU time of a boot until all pods are Ready, in turns with `node -e 0` on another machine. */
export async function measureBootRatio(subject: Subject): Promise<Ratio> {
  const [node = ""] = await subject.command();
  await using host = await RebootedHost.start("bench-boots", "host");
  const floor: number[] = [];
  const boots: Boot[] = [];
  for (let at = 0; at < 5; at += 1) {
    floor.push(...(await subject.measure([node, "-e", "0"], 3)).each);
    boots.push(await host.boot("reboot"));
  }
  const measured = summarise(boots.map(({ cpu }) => cpu)).median / summarise(floor).median;
  return await besideCommitted({ pods: PODS, run: "a boot" }, measured);
}

async function bootOften(host: RebootedHost, end: End, count: number): Promise<readonly Boot[]> {
  const boots: Boot[] = [];
  while (boots.length < count) boots.push(await host.boot(end));
  return boots;
}

function summaryOf(boots: readonly Boot[]): Omit<Reboots, "network" | "end"> {
  const of = (what: keyof Boot) => summarise(boots.map((boot) => boot[what]));
  return {
    count: boots.length,
    pods: PODS,
    active: of("active"),
    ready: of("ready"),
    caughtUp: of("caughtUp"),
    cpu: of("cpu"),
  };
}
