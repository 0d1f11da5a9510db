import { describe, expect, test } from "vitest";
import { messageOf, statusOf } from "../../../src/serve/remote/status.ts";
import { TerminalSizes } from "../../../src/serve/remote/terminal-sizes.ts";

describe("the end of a command", () => {
  const failure = (rest: object) => ({ metadata: {}, status: "Failure", ...rest });
  test.each([
    [{ kind: "exited", status: 0 }, { metadata: {}, status: "Success" }, ""],
    [
      { kind: "exited", status: 3 },
      failure({
        message: "command terminated with non-zero exit code: exit status 3",
        reason: "NonZeroExitCode",
        details: { causes: [{ reason: "ExitCode", message: "3" }] },
      }),
      "command terminated with non-zero exit code: exit status 3",
    ],
    [
      { kind: "failed", message: "no such thing" },
      failure({
        message: "Internal error occurred: no such thing",
        reason: "InternalError",
        details: { causes: [{ message: "no such thing" }] },
        code: 500,
      }),
      "Internal error occurred: no such thing",
    ],
  ] as const)("%j", (end, status, message) => {
    expect(JSON.parse(statusOf(end))).toEqual(status);
    expect(messageOf(end)).toBe(message);
  });
});

describe("sizes of a terminal", () => {
  const read = (...texts: string[]) => {
    const sizes = new TerminalSizes();
    return texts.flatMap((text) => sizes.push(Buffer.from(text)));
  };
  const SIZE = { width: 80, height: 25 };

  test.each([
    ["one after the other", ['{"Width":80,"Height":25}\n{"Width":80,"Height":25}'], [SIZE, SIZE]],
    ["cut anywhere", ['{"Wid', 'th":80,"Heig', 'ht":25', "}\n"], [SIZE]],
    ["nothing after nonsense", ['{"Width":80,"Height":25}x}{"Width":80,"Height":25}'], [SIZE]],
    ["none that is too large", ['{"Width":65536,"Height":25}'], []],
    ["none that is less than nothing", ['{"Width":-1,"Height":25}'], []],
    ["none that is a text", ['{"Width":"80","Height":25}'], []],
    ["none without an end", ["x".repeat(2000), '}{"Width":80,"Height":25}'], []],
  ])("%s", (_, texts, sizes) => {
    expect(read(...texts)).toEqual(sizes);
  });
});
