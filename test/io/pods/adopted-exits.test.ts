import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/exit-records.ts");

describe.skipIf(!canMount)("container-exit of a unit that a pod has adopted", () => {
  test("records the exit, whatever PATH the unit has", async () => {
    const [exits, mark] = await onEmptyHost(async (load) => {
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const { existsSync, mkdirSync, symlinkSync } = await load<typeof import("node:fs")>("node:fs");
      const { readExits } = await load<Subject>("src/io/pods/exit-records.ts");
      mkdirSync("/run/systemd/units", { recursive: true });
      symlinkSync("aa", "/run/systemd/units/invocation:nginx.service");
      const result = { SERVICE_RESULT: "exit-code", EXIT_CODE: "exited", EXIT_STATUS: "7" };
      const words = ["nginx.service", "u-1", "app", "container", "Always", "s", "./nginx.service"];
      const env = { PATH: "/opt/hello/bin", INVOCATION_ID: "aa", ...result };
      execFileSync("/bin/sh", ["units/helpers/container/container-exit", ...words], { env });
      return [readExits("/var/lib/unitlet/pods/u-1/app.exits").exits, existsSync("/run/unitlet/pods/u-1/app.started")];
    });
    expect(exits).toMatchObject([{ invocation: "aa", code: "exited", status: "7", executed: true, specHash: "s" }]);
    expect(mark).toBe(false);
  });

  test("keeps the last records, and counts the others", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const { mkdirSync, symlinkSync, writeFileSync } = await load<typeof import("node:fs")>("node:fs");
      const { readExits } = await load<Subject>("src/io/pods/exit-records.ts");
      for (const path of ["/run/systemd/units", "/var/lib/unitlet/pods/u-1"]) mkdirSync(path, { recursive: true });
      symlinkSync("aa", "/run/systemd/units/invocation:nginx.service");
      const lines = Array.from({ length: 61 }, (_, at) => `${at} exit-code exited 7 ${at}.000 ${at}.500 0 1 s\n`);
      const path = "/var/lib/unitlet/pods/u-1/app.exits";
      writeFileSync(path, `# 9\n${lines.join("")}`);
      const words = ["nginx.service", "u-1", "app", "container", "Always", "s", "./nginx.service"];
      const env = { INVOCATION_ID: "aa", SERVICE_RESULT: "success", EXIT_CODE: "exited", EXIT_STATUS: "0" };
      execFileSync("/bin/sh", ["units/helpers/container/container-exit", ...words], { env });
      const { exits, forgottenExits } = readExits(path);
      return [forgottenExits, exits.length, exits[0]?.invocation, exits.at(-1)?.invocation];
    });
    expect(seen).toEqual([50, 21, "41", "aa"]);
  });
});

test.skipIf(!canMount)("the mark of a start goes with its exit record, and that of a later start stays", async () => {
  const seen = await onEmptyHost(async (load) => {
    const { existsSync, mkdirSync, writeFileSync } = await load<typeof import("node:fs")>("node:fs");
    const { recordExit } = await load<Subject>("src/io/pods/exit-records.ts");
    const mark = "/run/unitlet/pods/u-1/app.started";
    mkdirSync("/run/unitlet/pods/u-1", { recursive: true });
    const lost = { result: "lost", code: "lost", status: "", oomKilled: false, executed: true, specHash: "s" };
    return ["aa", "bb"].map((invocation) => {
      writeFileSync(mark, `${invocation}\n`);
      recordExit("u-1", "app", { ...lost, invocation: "aa", startedAt: 1, finishedAt: 2 }, undefined);
      return existsSync(mark);
    });
  });
  expect(seen).toEqual([false, true]);
});
