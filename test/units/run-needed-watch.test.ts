import { rmSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forAll } from "../support/fuzz.ts";
import { WatchedHost } from "./tick-watch.ts";

const RENEWAL = ["-q", "--data", expect.stringContaining("renewTime"), "--config", "/lease.curl"];
const LIST = ["--config", "/x y"];

let watched: WatchedHost;

beforeEach(() => {
  watched = new WatchedHost();
});

afterEach(() => watched[Symbol.dispose]());

describe("while the watch is connected", () => {
  test("a tick sends no request", () => {
    expect(watched.tick()).toEqual({ isSkipped: true, words: [] });
  });

  test("a tick renews a lease that is due, and requests no list", () => {
    watched.renewed(9600);
    expect(watched.tick()).toEqual({ isSkipped: true, words: RENEWAL });
    expect(watched.tick()).toEqual({ isSkipped: true, words: [] });
  });

  test.each([0, 401, 409, 500])("a renewal that is answered with %i is left to runs", (status) => {
    watched.renewed(9600);
    watched.host.renews(status);
    expect(watched.tick()).toEqual({ isSkipped: false, words: RENEWAL });
    watched.host.renews(200);
    expect(watched.tick().isSkipped).toBe(false);
  });

  test("a bookmark is no event", () => {
    watched.fallSilent(90_000);
    watched.bookmark();
    expect(watched.tick()).toEqual({ isSkipped: true, words: [] });
  });

  test("an event starts a run", () => {
    watched.change();
    watched.deliver();
    expect(watched.tick().isSkipped).toBe(false);
  });
});

describe("a tick requests the list", () => {
  test.each<[string, (watched: WatchedHost) => void]>([
    ["when the watch was killed", (host) => host.end("SIGKILL")],
    ["when the watch was stopped by a signal", (host) => host.end("SIGSTOP")],
    ["when nothing has come for 100 s", (host) => host.fallSilent()],
    ["when the last bookmark is of the future, because the clock was set back", (host) => host.fallSilent(-60_000)],
    ["when there is no time of the last bookmark", (host) => rmSync(host.at("watch-heard"))],
    ["when another connection was made", (host) => reconnect(host)],
    ["when the files of the watch were removed", (host) => rmSync(host.at("watch-connection"))],
  ])("%s", (_, change) => {
    change(watched);
    expect(watched.tick()).toEqual({ isSkipped: true, words: ["-q", ...LIST] });
    watched.change();
    expect(watched.tick()).toEqual({ isSkipped: false, words: ["-q", ...LIST] });
  });

  test("when another process has the number of the watch's process", () => {
    writeFileSync(watched.at("watch-connection"), `${process.pid} 1\n`);
    watched.fullRun();
    expect(watched.tick()).toEqual({ isSkipped: true, words: ["-q", ...LIST] });
  });

  test("when the run of an event was killed", () => {
    watched.change();
    watched.deliver();
    watched.loseRun();
    expect(watched.tick()).toEqual({ isSkipped: false, words: ["-q", ...LIST] });
  });

  test("when an event came while the run requested the list", () => {
    watched.fullRun(() => {
      watched.change();
      watched.deliver();
    });
    watched.loseRun();
    expect(watched.tick()).toEqual({ isSkipped: true, words: ["-q", ...LIST] });
  });
});

function reconnect(host: WatchedHost): void {
  host.connect();
  host.loseRun();
}

const ACTIONS: Readonly<Record<string, (host: WatchedHost) => void>> = {
  "nothing happens": () => undefined,
  "a pod changes": (host) => host.change(),
  "the watch brings the change": (host) => host.deliver(),
  "a pod changes, and the watch brings it": (host) => {
    host.change();
    host.deliver();
  },
  "a pod changes, and the run is killed": (host) => {
    host.change();
    host.deliver();
    host.loseRun();
  },
  "a bookmark comes": (host) => host.bookmark(),
  "nothing comes for long": (host) => host.fallSilent(),
  "the watch is killed": (host) => host.end("SIGKILL"),
  "the watch is stopped": (host) => host.end("SIGSTOP"),
  "the watch connects": (host) => host.connect(),
  "a full run": (host) => host.fullRun(),
  "a full run, while a change comes": (host) =>
    host.fullRun(() => {
      host.change();
      host.deliver();
    }),
  "a full run, while the watch connects": (host) => host.fullRun(() => host.connect()),
  "a run is killed": (host) => host.loseRun(),
  "the lease is due": (host) => host.renewed(9600),
};

test("whatever happens, a tick skips a change of the list only while it is on its way over a live connection", () => {
  const histories = fc.array(fc.constantFrom(...Object.entries(ACTIONS)), { minLength: 1, maxLength: 10 });
  const seen = { withoutList: 0, withList: 0 };
  forAll(
    histories,
    (history) => {
      using host = new WatchedHost();
      for (const [what, act] of history) {
        act(host);
        const { isSkipped, words } = host.tick();
        const isOnItsWay = host.isConnected && !host.isSilent && host.pending > 0;
        if (isSkipped) seen[words.includes("/x y") ? "withList" : "withoutList"] += 1;
        expect([what, isSkipped && host.isListOther && !isOnItsWay]).toEqual([what, false]);
      }
    },
    15,
  );
  expect(Math.min(seen.withoutList, seen.withList)).toBeGreaterThan(0);
});
