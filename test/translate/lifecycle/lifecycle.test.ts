import { describe, expect, test } from "vitest";
import type { Container } from "../../../src/model/api/pod.ts";
import type { UnitName } from "../../../src/model/unit.ts";
import { hookCommandFiles, startHookLines, stopLines } from "../../../src/translate/lifecycle/lifecycle.ts";
import { stopSignal } from "../../../src/translate/lifecycle/stop-signal.ts";
import { container, pod } from "../base.ts";

const UID = pod().metadata.uid;
const SELF = "unitlet.shop.web.app.service" as UnitName;

function input(change: Partial<Container> = {}, imageSignal?: string, terminationGracePeriodSeconds = 40) {
  const of = container(change);
  const owner = pod({ containers: [of], terminationGracePeriodSeconds });
  return {
    ...{ pod: owner, container: of, kind: "container" as const, unit: SELF, libDir: "/lib/unitlet" },
    ...(imageSignal ? { imageSignal } : {}),
  };
}

describe("startHookLines()", () => {
  test("without a hook limits the start", () => {
    expect(startHookLines(input())).toEqual([["TimeoutStartSec", "330"]]);
  });

  test("with a hook waits for it", () => {
    const postStart = { exec: { command: ["sh", "-c", "echo $HOME 100%"] } };
    expect(startHookLines(input({ lifecycle: { postStart } }))).toEqual([
      ["ExecStartPost", `+:"/lib/unitlet/container-hook" "${SELF}" "${UID}" "app" "post-start" "exec"`],
      ["TimeoutStartSec", "infinity"],
    ]);
  });

  test.each([
    [{ sleep: { seconds: 3 } }, '"sleep" "3"'],
    [{ httpGet: { port: 80 } }, '"http"'],
    [{}, '"none"'],
  ])("%j", (postStart, words) => {
    expect(startHookLines(input({ lifecycle: { postStart } }))[0]?.[1]).toMatch(new RegExp(`"post-start" ${words}$`));
  });
});

test("the words of hooks are in files that root alone can read", () => {
  const lifecycle = { postStart: { exec: { command: ["sh", "-c", "echo 'a'"] } }, preStop: { sleep: { seconds: 3 } } };
  expect(hookCommandFiles("app", lifecycle)).toEqual([
    { name: "app.post-start.command", text: `[ "$#" -gt 0 ] || set -- 'sh' '-c' 'echo '\\''a'\\'''\n`, uid: 0 },
  ]);
});

describe("stopLines()", () => {
  test("without a hook leave it to systemd", () => {
    expect(stopLines(input())).toEqual([["TimeoutStopSec", "40"]]);
  });

  test("with a probe that has more time than the pod leave time for it, and give other stops to the helper", () => {
    const livenessProbe = { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 60 };
    expect(stopLines(input({ livenessProbe }))).toEqual([
      ["ExecStop", `-+:"/lib/unitlet/container-stop" "${SELF}" "${UID}" "app" "40" "TERM"`],
      ["TimeoutStopSec", "65"],
    ]);
  });

  test("with less time than the exit record needs give it to one helper", () => {
    expect(stopLines(input({}, "", 2))).toEqual([
      ["ExecStop", `-+:"/lib/unitlet/container-stop" "${SELF}" "${UID}" "app" "2" "TERM"`],
      ["TimeoutStopSec", "30"],
    ]);
  });

  test("say the signal of the image, or before it that of the pod", () => {
    expect(stopLines(input({}, "SIGQUIT"))[0]).toEqual(["KillSignal", "SIGQUIT"]);
    expect(stopLines(input({ lifecycle: { stopSignal: "SIGUSR1" } }, "SIGQUIT"))[0]).toEqual(["KillSignal", "SIGUSR1"]);
  });

  test("with a hook give all of it to one helper", () => {
    const lifecycle = { preStop: { sleep: { seconds: 3 } }, stopSignal: "SIGINT" };
    expect(stopLines(input({ lifecycle }))).toEqual([
      ["KillSignal", "SIGINT"],
      ["ExecStop", `-+:"/lib/unitlet/container-stop" "${SELF}" "${UID}" "app" "40" "INT" "sleep" "3"`],
      ["TimeoutStopSec", "3640"],
    ]);
  });
});

test.each([
  ["SIGTERM", "SIGTERM"],
  ["term", "SIGTERM"],
  ["15", "15"],
  ["SIGRTMINPLUS3", "SIGRTMIN+3"],
  ["SIGRTMAXMINUS2", "SIGRTMAX-2"],
  ["RTMIN+3", "SIGRTMIN+3"],
  ["", undefined],
  ["SIGNOTHING", undefined],
  ["0", undefined],
  ["TERM\nExecStart=/bin/x", undefined],
])("stopSignal(%j)", (text, expected) => {
  expect(stopSignal(text)).toBe(expected);
});
