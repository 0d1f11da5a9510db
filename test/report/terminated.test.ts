import { describe, expect, test } from "vitest";
import type { Container, Terminated } from "../../src/model/api/pod.ts";
import type { ExitRecord } from "../../src/model/exit-record.ts";
import { terminated } from "../../src/report/terminated.ts";
import { ago, agoText, exit, id } from "./base.ts";

const app: Container = { name: "app", command: ["/usr/bin/app", "-v"], workingDir: "/srv/app" };
const base: Terminated = {
  exitCode: 1,
  reason: "Error",
  startedAt: agoText(15),
  finishedAt: agoText(10),
  containerID: id(1),
};

function cases(): [name: string, change: Partial<ExitRecord>, expected: Partial<Terminated>][] {
  const never = { executed: false, result: "exit-code", code: "exited" };
  const startError = { exitCode: 128, reason: "StartError", startedAt: "1970-01-01T00:00:00Z" };
  return [
    ["an exit code is itself, with reason Error", { status: "7" }, { exitCode: 7 }],
    ["exit 0 is Completed", { result: "success", status: "0" }, { exitCode: 0, reason: "Completed" }],
    ["a signal is 128+n", { result: "signal", code: "killed", status: "TERM" }, { exitCode: 143 }],
    ["a core dump is 128+n too", { result: "core-dump", code: "dumped", status: "SEGV" }, { exitCode: 139 }],
    [
      "a real-time signal is counted from 34",
      { result: "signal", code: "killed", status: "RTMIN+3" },
      { exitCode: 165 },
    ],
    [
      "an OOM kill is OOMKilled",
      { result: "oom-kill", code: "killed", status: "KILL" },
      { exitCode: 137, reason: "OOMKilled" },
    ],
    [
      "a process of it killed for memory is OOMKilled",
      { oomKilled: true, status: "137" },
      { exitCode: 137, reason: "OOMKilled" },
    ],
    [
      "an end that nobody saw is ContainerStatusUnknown",
      { result: "", code: "lost", status: "" },
      {
        exitCode: 137,
        reason: "ContainerStatusUnknown",
        message: "The container could not be located when the pod was terminated",
      },
    ],
    [
      "a program that is not there is StartError",
      { ...never, status: "203" },
      { ...startError, message: 'cannot execute "/usr/bin/app": no such file, or not executable' },
    ],
    [
      "a working directory that is not there is StartError",
      { ...never, status: "200" },
      { ...startError, message: 'cannot change to the working directory "/srv/app": no such directory' },
    ],
    [
      "a start that failed before the program is StartError",
      { result: "resources", code: "", status: "" },
      {
        ...startError,
        message: "cannot start the container: the unit ended with resources: see the journal of its unit on the node",
      },
    ],
    [
      "a start that failed at a step of systemd names the step",
      { result: "exit-code", code: "", status: "226", executed: false },
      {
        ...startError,
        message:
          "cannot start the container: the unit ended with exit-code, status 226/NAMESPACE: see the journal of its unit on the node",
      },
    ],
    [
      "a clock that went back does not make it end before it started",
      { startedAt: ago(3) },
      { startedAt: agoText(10) },
    ],
  ];
}

describe("terminated()", () => {
  test.each(cases())("%s", (_, change, expected) => {
    expect(terminated(exit(1, 10, change), app)).toEqual({ ...base, ...expected });
  });
});
