import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renewalBody } from "../../src/report/node/lease.ts";
import { TickHost } from "./ticks.ts";

let host: TickHost;

beforeEach(() => {
  host = new TickHost();
  fullRun();
});

afterEach(() => host[Symbol.dispose]());

/** A full run that lets ticks renew the lease, with these lines about the host. */
function fullRun(levels: readonly string[] = []): void {
  const fresh = { path: host.at("lease"), ms: 60_000 };
  const renewal = { stamp: host.at("renewed"), ms: 9500, config: "/lease.curl", body: renewalBody("node-1") };
  host.fullRun({ more: { fresh, renewal, levels } });
  renewed(0);
}

/** Sets how many milliseconds ago the lease was renewed. */
function renewed(ms: number): void {
  const at = (Date.now() - ms) / 1000;
  writeFileSync(host.at("renewed"), "");
  utimesSync(host.at("renewed"), at, at);
}

const words = () => readFileSync(host.at("bin/words"), "utf8").trimEnd().split("\n");

test("a lease that is due is renewed ahead of the list, over one connection, and no run is needed", () => {
  renewed(9600);
  const before = Date.now();
  expect(host.isSkipped()).toBe(true);
  const [first, second, body = "", ...others] = words();
  expect([first, second, ...others]).toEqual(["-q", "--data", "--config", "/lease.curl", "--next", "--config", "/x y"]);
  const { spec } = JSON.parse(body) as { spec: { renewTime: string } };
  expect(spec).toEqual({ holderIdentity: "node-1", leaseDurationSeconds: 40, renewTime: spec.renewTime });
  expect(spec.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]\d{6}Z$/);
  expect(Date.parse(spec.renewTime)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(spec.renewTime)).toBeLessThanOrEqual(Date.now());
  expect(statSync(host.at("renewed")).mtimeMs).toBeGreaterThan(before - 1000);
});

test("a lease that is not due is not renewed", () => {
  renewed(9000);
  expect(host.isSkipped()).toBe(true);
  expect(words()).toEqual(["-q", "--config", "/x y"]);
});

test.each([
  ["has never been renewed", () => rmSync(host.at("renewed"))],
  ["was renewed in the future, because the clock was set back", () => renewed(-60_000)],
])("a lease that %s is renewed", (_, change) => {
  change();
  expect(host.isSkipped()).toBe(true);
  expect(words()).toContain("--next");
  expect(existsSync(host.at("renewed"))).toBe(true);
});

test.each([0, 401, 403, 404, 409, 422, 429, 500, 503])(
  "a renewal that is answered with %i is left to runs",
  (status) => {
    renewed(9600);
    host.renews(status);
    expect(host.isSkipped()).toBe(false);
    host.renews(200);
    expect(host.isSkipped()).toBe(false);
    expect(statSync(host.at("renewed")).mtimeMs).toBeLessThan(Date.now() - 9000);
  },
);

test("a renewed lease hides no change of the list", () => {
  renewed(9600);
  host.answer({ items: "[1]" });
  expect(host.isSkipped()).toBe(false);
});

test("no lease is renewed when the host has changed: the run does it", () => {
  renewed(9600);
  writeFileSync(host.at("b"), "2");
  expect(host.isSkipped()).toBe(false);
  expect(existsSync(host.at("bin/words"))).toBe(false);
});

test("a run is needed once a minute, for all else that belongs to a heartbeat", () => {
  host.age(60_001);
  expect(host.isSkipped()).toBe(false);
});

const kills = Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1]);

describe("levels of the host", () => {
  test("no run is needed while there is enough", () => {
    fullRun(["memory 4096", "disk 4096 0 /", "tasks 4000000", `kills ${kills}`]);
    expect(host.isSkipped()).toBe(true);
  });

  test.each([
    ["memory is short", `memory ${2 ** 52}`],
    ["a disk is short of space", `disk ${2 ** 52} 0 /`],
    ["a disk is short of inodes", `disk 0 ${2 ** 52} /`],
    ["a disk is gone", "disk 0 0 /nowhere"],
    ["process IDs are short", "tasks 1"],
    ["the kernel has killed for want of memory", `kills ${kills + 1}`],
  ])("a run is needed when %s", (_, line) => {
    fullRun([line]);
    expect(host.isSkipped()).toBe(false);
  });
});
