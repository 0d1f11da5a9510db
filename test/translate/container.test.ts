import { describe, expect, test } from "vitest";
import type { Container, RestartPolicy } from "../../src/model/api/pod.ts";
import { decodeUnit } from "../../src/unitfile/codec.ts";
import { container, directive, HOST, odd, pod, podOf, runnable, translate, UID, waiting } from "./base.ts";

const INITS = ["first", "second"].map((name) => container({ name }));

function unit(of: ReturnType<typeof pod>, which = "app") {
  return runnable(of).containers.find(({ name }) => name === which)?.unit;
}

describe("restartPolicy becomes", () => {
  const cases: [RestartPolicy, string, { Restart: string; RestartPreventExitStatus?: string; linked: boolean }][] = [
    ["Always", "app", { Restart: "always", linked: true }],
    ["OnFailure", "app", { Restart: "always", RestartPreventExitStatus: "0", linked: true }],
    ["Never", "app", { Restart: "no", linked: false }],
    ["Always", "first", { Restart: "on-failure", linked: false }],
    ["OnFailure", "first", { Restart: "on-failure", linked: false }],
    ["Never", "first", { Restart: "no", linked: false }],
  ];

  test.for(cases)("%s of container %s", ([restartPolicy, which, expected]) => {
    const of = pod({ restartPolicy, initContainers: INITS });
    const { Service = {} } = decodeUnit(unit(of, which)?.text ?? "");
    const { Restart, RestartPreventExitStatus } = Service;
    const given = {
      Restart: Restart?.[0],
      RestartPreventExitStatus: RestartPreventExitStatus?.[0],
      linked: unit(of, which)?.linked,
    };
    expect(given).toEqual(expected);
  });
});

describe("init containers", () => {
  const of = pod({ initContainers: INITS, containers: [container(), container({ name: "other" })] });
  const name = (of: string) => `unitlet.shop.web.${of}.service`;
  const done = (of: string) => `/run/unitlet/pods/${UID}/${of}.initialized`;

  test.for([
    ["first", [], [name("second")]],
    ["second", [name("first")], [name("app"), name("other")]],
    ["app", [name("first"), name("second")], []],
  ] as const)("%s comes after %j and brings %j", ([which, before, next]) => {
    expect(directive(of, "Wants", which)).toEqual(before);
    const after = directive(of, "After", which).filter((line) => !/^(unitlet-shutdown-|systemd-journald@)/.test(line));
    expect(after).toEqual(before);
    expect(directive(of, "OnSuccess", which)).toEqual(next);
  });

  test.for([
    ["first", []],
    ["second", [done("first")]],
    ["app", [done("first"), done("second")]],
  ] as const)("%s starts only when %j are there", ([which, expected]) => {
    expect(directive(of, "ConditionPathExists", which).filter((path) => /^[^!].*\.initialized$/.test(path))).toEqual(
      expected,
    );
  });

  test("run as oneshots without a limit of time, and not again once they are done", () => {
    expect(directive(of, "Type", "first")).toEqual(["oneshot"]);
    expect(directive(of, "TimeoutStartSec", "first")).toEqual(["infinity"]);
    expect(directive(of, "ConditionPathExists", "first")).toContain(`!${done("first")}`);
  });
});

describe("terminationGracePeriodSeconds", () => {
  test.for([
    [undefined, "30"],
    [300, "300"],
    [31, "31"],
    [30, "30"],
    // The helper container-stop ends these containers. container-exit needs 30 s.
    [29, "34"],
    [2, "30"],
    [0, "30"],
  ] as const)("%s becomes TimeoutStopSec=%s", ([seconds, expected]) => {
    const of = seconds === undefined ? pod() : pod({ terminationGracePeriodSeconds: seconds });
    expect(directive(of, "TimeoutStopSec")).toEqual([expected]);
  });
});

test("a program's name reaches the helpers as it is", () => {
  const of = podOf({ command: ["/opt/$$HOME/50%"] });
  expect(directive(of, "ExecStopPost")[0]).toMatch(/^-\+:"\/lib\/unitlet\/container-exit" .* "\/opt\/\$HOME\/50%%"$/);
});

describe("the user", () => {
  const cases: [string, object, Partial<Container>, string][] = [
    ["is root", {}, {}, '"--bounding-set" "chown,'],
    ["is the pod's", { runAsUser: 7, runAsGroup: 8 }, {}, '"--reuid" "7" "--regid" "8"'],
    [
      "is the container's before the pod's",
      { runAsUser: 7, runAsGroup: 8 },
      { securityContext: { runAsUser: 9 } },
      '"--reuid" "9" "--regid" "8"',
    ],
    ["has group 0 where none is given", {}, { securityContext: { runAsUser: 9 } }, '"--reuid" "9" "--regid" "0"'],
    ["is root in another group", {}, { securityContext: { runAsGroup: 9 } }, '"--reuid" "0" "--regid" "9"'],
  ];

  test.for(cases)("%s", ([, securityContext, change, expected]) => {
    const of = pod({ securityContext, containers: [container(change)] });
    expect(directive(of, "ExecStart")[0]).toContain(expected);
  });

  const nonRoot =
    'asks for a user other than root, and container "app" runs as root: set runAsUser to a number other than 0';

  test.for([
    ["spec.securityContext.runAsNonRoot", { securityContext: { runAsNonRoot: true } }],
    [
      "spec.containers[app].securityContext.runAsNonRoot",
      { containers: [{ ...container(), securityContext: { runAsNonRoot: true } }] },
    ],
    [
      "spec.containers[app].securityContext.runAsNonRoot",
      { containers: [{ ...container(), securityContext: { runAsNonRoot: true, runAsUser: 0 } }] },
    ],
    [
      "spec.initContainers[app].securityContext.runAsNonRoot",
      {
        containers: [container({ name: "x" })],
        initContainers: [{ ...container(), securityContext: { runAsNonRoot: true } }],
      },
    ],
  ] as const)("must not be root by %s", ([path, spec]) => {
    expect(translate(odd(spec))).toMatchObject({
      kind: "rejected",
      reason: "UnsupportedField",
      message: `${path} ${nonRoot}`,
    });
  });

  test.for([
    ["another user", { securityContext: { runAsNonRoot: true, runAsUser: 7 } }],
    [
      "a container that takes the pod's wish back",
      {
        securityContext: { runAsNonRoot: true },
        containers: [{ ...container(), securityContext: { runAsNonRoot: false } }],
      },
    ],
  ])("is not refused for %s", ([, spec]) => {
    expect(translate(odd(spec as object)).kind).toBe("runnable");
  });
});

describe("workingDir", () => {
  test.for([
    [undefined, undefined],
    ["", undefined],
    ["/srv/a b", "/srv/a b"],
    ["/srv/50%", "/srv/50%"],
    ["/srv/../tmp/", "/tmp"],
  ] as const)("%j is entered by the container's own shell, as %s", ([workingDir, expected]) => {
    const of = podOf(workingDir === undefined ? {} : { workingDir });
    const text = runnable(of).files.find(({ name }) => name === "app.env")?.text ?? "";
    expect(/^cd -- '(.*?)' /m.exec(text)?.[1]).toBe(expected);
    expect(directive(of, "WorkingDirectory")).toEqual([]);
  });

  test.for(["/proc/1/root", "/usr/../proc//self/cwd"])("%s keeps the container waiting", (workingDir) => {
    expect(waiting(podOf({ workingDir }))).toEqual({
      reason: "CreateContainerError",
      message: `spec.containers[app].workingDir "${workingDir}" lies within /proc, where other processes have their directories: use another path`,
    });
  });

  test("that the host does not have keeps the container waiting", () => {
    expect(waiting(podOf({ workingDir: "/gone" }), { absentDirectories: new Set(["/gone"]) })).toEqual({
      reason: "CreateContainerError",
      message: 'spec.containers[app].workingDir "/gone" is not a directory of the host: create it there',
    });
  });

  test.for(["srv", "~", "-/srv"])("%s keeps the container waiting", (workingDir) => {
    expect(waiting(podOf({ workingDir }))).toEqual({
      reason: "CreateContainerError",
      message: `spec.containers[app].workingDir "${workingDir}" is not an absolute path: begin it with /`,
    });
  });
});

test("the same pod on the same host gives the same bytes, whatever the order of what comes along", () => {
  const of = pod({ initContainers: INITS });
  const again = JSON.parse(JSON.stringify(of));
  expect(runnable(again, { host: { ...HOST, memoryAvailable: 1, pidsUsed: 7 } })).toEqual(runnable(of));
});
