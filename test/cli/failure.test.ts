import { expect, test } from "vitest";
import { writeFailure } from "../../src/cli/failure.ts";
import { Interrupted } from "../../src/io/tar-file.ts";

test.each<[Error, number]>([
  [new Error("the disk is full"), 1],
  [new Interrupted("interrupted"), 130],
])("%s: a file that cannot be written ends the command with %i", (error, status) => {
  expect(writeFailure("a.tar", error)).toMatchObject({ message: `cannot write a.tar: ${error.message}`, status });
});
