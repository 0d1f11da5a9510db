import { describe, expect, test } from "vitest";
import type { EnvVar } from "../../../src/model/api/env-var.ts";
import type { Container } from "../../../src/model/api/pod.ts";
import { containerCommand } from "../../../src/translate/host/command.ts";
import { directive, podOf, resolved, runnable, waiting } from "../base.ts";
import { environmentOf, GIVEN } from "./environment-base.ts";

const environment = (env: readonly EnvVar[], user = {}) => environmentOf({ env }, user);

describe("a container's variables", () => {
  const cases: [string, readonly EnvVar[], object][] = [
    ["are what a runtime gives", [], GIVEN],
    ["and the pod's", [{ name: "A", value: "1" }], { ...GIVEN, A: "1" }],
    ["without a value", [{ name: "A" }], { ...GIVEN, A: "" }],
    [
      "given twice: the later one counts",
      [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
      { ...GIVEN, A: "2" },
    ],
    ["that the runtime gives too: the pod's count", [{ name: "PATH", value: "/opt" }], { ...GIVEN, PATH: "/opt" }],
    [
      "expanded",
      [
        { name: "A", value: "1" },
        { name: "B", value: "$(A)2" },
      ],
      { ...GIVEN, A: "1", B: "12" },
    ],
    [
      "not expanded by later ones",
      [
        { name: "B", value: "$(A)2" },
        { name: "A", value: "1" },
      ],
      { ...GIVEN, A: "1", B: "$(A)2" },
    ],
    [
      "expanded by an earlier one of the same name",
      [
        { name: "A", value: "1" },
        { name: "A", value: "$(A)2" },
      ],
      { ...GIVEN, A: "12" },
    ],
    ["not expanded by what the pod does not say", [{ name: "A", value: "$(HOME)" }], { ...GIVEN, A: "$(HOME)" }],
  ];

  test.for(cases)("%s", ([, env, expected]) => {
    expect(environment(env)).toEqual(expected);
  });

  test.for([
    [{}, "/root"],
    [{ uid: 0 }, "/root"],
    [{ uid: 1000 }, "/"],
    [{ gid: 1000 }, "/root"],
  ] as const)("HOME of %j is %s", ([user, home]) => {
    expect(environment([], user)).toMatchObject({ HOME: home });
  });

  test("are written to a file that no other text knows", () => {
    const translation = runnable(podOf({ env: [{ name: "SECRET", value: "hunter2" }] }));
    expect(translation.files.map(({ name }) => name)).toEqual(["app.env", "app.enter"]);
    expect(translation.files[0]?.text).toContain("export SECRET='hunter2'\n");
    expect(translation.containers[0]?.unit?.text).not.toContain("hunter2");
  });

  test.for([
    ["a=b", "x", "has a name that is empty or holds a ="],
    ["A", "\0", "contains a NUL character"],
    ["a-b", "\0", "contains a NUL character"],
    ["A", "x".repeat(128 * 1024), "is longer than the 128 KiB that Linux passes to a program"],
    ["a-b", "x".repeat(128 * 1024), "is longer than the 128 KiB that Linux passes to a program"],
  ] as const)("%s, with a value that no program can be given, keeps the container waiting", ([name, value, why]) => {
    expect(waiting(podOf({ env: [{ name, value }] }))).toEqual({
      reason: "CreateContainerConfigError",
      message: `spec.containers[app] gets a variable ${name} that ${why}: rename or encode it`,
    });
  });
});

describe("what systemd sets is taken away", () => {
  test("whatever the pod sets itself, which comes later", () => {
    const of = podOf({ env: [{ name: "LANG", value: "C" }] });
    expect(directive(of, "UnsetEnvironment")[0]).toMatch(
      /^INVOCATION_ID JOURNAL_STREAM LANG LOGNAME LOG_NAMESPACE MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE SHELL SYSTEMD_EXEC_PID USER /,
    );
  });

  test("and what would change the helpers: locale, libraries, options of perl", () => {
    const unset = directive(podOf({}), "UnsetEnvironment")[0]?.split(" ");
    expect(unset).toEqual(expect.arrayContaining(["LC_ALL", "LC_NUMERIC", "LD_PRELOAD", "PERL5OPT", "BASH_ENV"]));
  });
});

describe("a container's argv", () => {
  const variables = new Map([["A", "1"]]);
  const cases: [string, Partial<Container>, readonly string[]][] = [
    ["command", { command: ["/bin/sh", "-c"] }, ["/bin/sh", "-c"]],
    ["command and args", { command: ["/bin/sh"], args: ["-c", "x"] }, ["/bin/sh", "-c", "x"]],
    ["the image, if it is a path", { image: "/bin/sleep", command: [], args: ["1"] }, ["/bin/sleep", "1"]],
    ["command, though the image is a path", { image: "/bin/sleep", command: ["/bin/sh"] }, ["/bin/sh"]],
    ["expanded", { command: ["/bin/$(A)"], args: ["$(A)", "$(B)", "$$(A)"] }, ["/bin/1", "1", "$(B)", "$(A)"]],
    ["args alone, since the image has no entrypoint", { command: [], args: ["sh", "-i"] }, ["sh", "-i"]],
    ["a bare name", { command: ["sh"] }, ["sh"]],
    ["a relative path, which the shell finds in the working directory", { command: ["./run"] }, ["./run"]],
  ];

  test.for(cases)("is %s", ([, change, argv]) => {
    expect(containerCommand(resolved(podOf(change)), variables)).toEqual({
      ok: true,
      argv,
      program: change.command?.[0] ?? change.image ?? change.args?.[0],
    });
  });

  test("is missing", () => {
    expect(waiting(podOf({ command: [], args: [] }))).toEqual({
      reason: "CreateContainerConfigError",
      message:
        'spec.containers[app].command is missing: the image "host" has no entrypoint on this node; name the program in command',
    });
  });

  test("cannot begin with nothing", () => {
    expect(waiting(podOf({ command: [""] }))).toEqual({
      reason: "CreateContainerConfigError",
      message: "spec.containers[app].command begins with an empty word: name the program in it",
    });
  });
});
