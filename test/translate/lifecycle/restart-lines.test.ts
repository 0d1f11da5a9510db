import { expect, test } from "vitest";
import type { Container, RestartPolicy } from "../../../src/model/api/pod.ts";
import { exitWords, restartLines } from "../../../src/translate/lifecycle/restart-lines.ts";
import { container, pod } from "../base.ts";

const rule = (operator: string, ...values: number[]): Partial<Container> => ({
  restartPolicyRules: [{ action: "Restart", exitCodes: { operator, values } }],
});
const rules = (...list: readonly [action: string, operator: string, ...values: number[]][]): Partial<Container> => ({
  restartPolicyRules: list.map(([action, operator, ...values]) => ({ action, exitCodes: { operator, values } })),
});

function lines(podPolicy: RestartPolicy, change: Partial<Container>, kind: "container" | "sidecar" = "container") {
  return restartLines(pod({ restartPolicy: podPolicy }), container(change), kind).map((line) => line.join("="));
}

test.each([
  ["the pod's", lines("OnFailure", {}), ["Restart=always", "RestartPreventExitStatus=0"]],
  ["the container's own", lines("Never", { restartPolicy: "Always" }), ["Restart=always"]],
  ["a sidecar's", lines("Never", { restartPolicy: "Always" }, "sidecar"), ["Restart=always"]],
  [
    "codes among others",
    lines("Never", { restartPolicy: "Never", ...rule("In", 42, 137) }),
    ["Restart=no", "RestartForceExitStatus=42 137 SIGKILL"],
  ],
  [
    "also success",
    lines("Never", { restartPolicy: "OnFailure", ...rule("In", 0) }),
    ["Restart=always", "RestartForceExitStatus=0"],
  ],
  [
    "codes that restart the whole pod: a run starts it",
    lines("Always", { restartPolicy: "Always", ...rules(["RestartAllContainers", "In", 42, 137]) }),
    ["Restart=always", "RestartPreventExitStatus=42 137 SIGKILL"],
  ],
  [
    "the first rule that names a code",
    lines("Never", {
      restartPolicy: "Never",
      ...rules(["Restart", "In", 1], ["RestartAllContainers", "In", 1, 2], ["Restart", "In", 2, 3]),
    }),
    ["Restart=no", "RestartPreventExitStatus=2", "RestartForceExitStatus=1 3"],
  ],
])("%s", (_, actual, expected) => {
  expect(actual).toEqual(expected);
});

test("all codes but one", () => {
  const forced = lines("Never", rule("NotIn", 0)).at(-1)?.replace("RestartForceExitStatus=", "").split(" ") ?? [];
  expect(forced).toHaveLength(255 + 31);
  expect(forced).not.toContain("0");
});

test("container-exit hears of what it needs", () => {
  expect(exitWords(container())).toEqual([]);
  expect(exitWords(container({ terminationMessagePolicy: "FallbackToLogsOnError" }))).toEqual(["log"]);
  expect(exitWords(container(rule("In", 1, 2)))).toEqual(["", "1,2"]);
  expect(exitWords(container(rules(["RestartAllContainers", "In", 3])))).toEqual(["", "", "3"]);
});
