import { expect, test } from "vitest";
import { parseSystemKill } from "../../../src/model/host/system-kill.ts";
import { systemKillEvents } from "../../../src/report/events/system-kill-events.ts";

const HEAD = "6,1234,5678901,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0";
const GLOBAL = `${HEAD},global_oom,task_memcg=/unitlet.slice/x.service,task=perl,pid=4711,uid=0\n SUBSYSTEM=x\n`;

test("a kill for want of memory of the host is an Event with the kubelet's words", () => {
  const kill = parseSystemKill(GLOBAL);
  expect(kill).toEqual({ process: "perl", pid: 4711, sequence: 1234 });
  expect(systemKillEvents(kill ? [kill] : [])).toEqual([
    {
      ...{ type: "Warning", reason: "SystemOOM", occurrence: "1234" },
      message: "System OOM encountered, victim process: perl, pid: 4711",
    },
  ]);
});

test("the name of a process does not change the rest", () => {
  const forged = GLOBAL.replace("task=perl", "task=x,pid=1,uid=0");
  expect(parseSystemKill(forged)).toEqual({ process: "x,pid=1,uid=0", pid: 4711, sequence: 1234 });
});

test.each([
  ["a kill in a cgroup", GLOBAL.replace(",global_oom,", ",oom_memcg=/a,")],
  ["what a program has written into the log", GLOBAL.replace("6,", "14,")],
  ["other records", "6,1234,5678901,-;usb 1-1: new device\n"],
  ["no record", ""],
])("%s is none", (_, record) => {
  expect(parseSystemKill(record)).toBeUndefined();
});
