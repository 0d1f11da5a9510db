import type { Machine } from "../../support/machine.ts";
import { run } from "../../support/run.ts";
import type { Account } from "../account.ts";
import type { Pods, Wish } from "../pods.ts";

/** One of the two nodes of a comparison. */
export interface Side extends AsyncDisposable {
  readonly machine: Machine;
  readonly account: Account;
  readonly pods: Pods;
  /** What each pod of this node has. */
  readonly wish: Wish;
  /** The options of curl that the port of the node accepts. */
  readonly identity: readonly string[];
}

/** The same of both nodes. */
export interface Sides<T> {
  readonly unitlet: T;
  readonly kubelet: T;
}

/** Calls `measure` for one node after the other. */
export async function each<T>(sides: Sides<Side>, measure: (side: Side) => Promise<T>): Promise<Sides<T>> {
  return { unitlet: await measure(sides.unitlet), kubelet: await measure(sides.kubelet) };
}

/** Calls `measure` for both nodes at the same time. */
export async function both<T>(sides: Sides<Side>, measure: (side: Side) => Promise<T>): Promise<Sides<T>> {
  const [unitlet, kubelet] = await Promise.all([measure(sides.unitlet), measure(sides.kubelet)]);
  return { unitlet, kubelet };
}

/** Creates pods and waits until they run. Returns the seconds from the first request until the last one is Running. */
export async function createAll(side: Side, all: readonly string[], wish: Wish = {}): Promise<number> {
  const start = performance.now();
  await Promise.all(all.map((name) => side.pods.create(name, { ...side.wish, ...wish })));
  const seen = await Promise.all(all.map((name) => side.pods.running(name)));
  return (Math.max(start, ...seen) - start) / 1000;
}

/** Returns the seconds from the first request until the last pod is gone. */
export async function removeAll(side: Side, all: readonly string[]): Promise<number> {
  const start = performance.now();
  await Promise.all(all.map((name) => side.pods.remove(name)));
  const seen = await Promise.all(all.map((name) => side.pods.gone(name)));
  return (Math.max(start, ...seen) - start) / 1000;
}

/** Requests a path of port 10250 so many times, on one connection, from outside of the machine. */
export async function scrape(side: Side, path: string, times: number): Promise<void> {
  const url = `https://${side.machine.address}:10250${path}`;
  const urls = Array.from({ length: times }, () => ["-o", "/dev/null", url]).flat();
  const { stdout } = await run(["curl", "-q", "-sSkf", "-w", "%{http_code}\n", ...side.identity, ...urls]);
  if (stdout !== "200\n".repeat(times)) throw new Error(`${url}: ${stdout}`);
}
