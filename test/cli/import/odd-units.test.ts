import { expect, test } from "vitest";
import { importUnit } from "../../../src/cli/import/import-unit.ts";

const BASE = "[Service]\nUser=www\nExecStart=/usr/bin/web\n";

const importOf = (more: string) => importUnit("web.service", `${BASE}${more}`);

test("the prefix - of a oneshot counts every end as a success, by a shell", () => {
  const { manifest, notes } = importUnit("x.service", "[Service]\nType=oneshot\nUser=www\nExecStart=-/bin/a\n");
  expect(manifest.spec.containers[0]?.command).toEqual(["/bin/sh", "-c", "set -f; /bin/a || :"]);
  expect(notes).toEqual(["ExecStart=-/bin/a: the prefix - counts every end as a success, by a shell"]);
});

test("names that each object of JavaScript has are no directives and values", () => {
  expect(importOf("constructor=1\nRestart=toString\n[hasOwnProperty]\nA=1\n").notes).toEqual([
    "Restart=toString: restartPolicy: Never is the nearest",
    "constructor=1: unitlet import does not know what it is in a pod",
    "[hasOwnProperty]: a pod has no such section",
  ]);
});

test("the signal of ExecStop= counts, and another KillSignal= is told", () => {
  const { manifest, notes } = importOf("Restart=always\nExecStop=/bin/kill -WINCH $MAINPID\nKillSignal=SIGCONT\n");
  expect(manifest.spec.containers[0]?.lifecycle).toEqual({ stopSignal: "SIGWINCH" });
  expect(notes).toEqual(["KillSignal=SIGCONT: the stop signal is that of ExecStop="]);
});
