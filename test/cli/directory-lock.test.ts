import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withDirectoryLock } from "../../src/cli/directory-lock.ts";

test("an edit waits for the end of another one, also of one that has failed", async () => {
  const directory = mkdtempSync(join(tmpdir(), "unitlet-lock-"));
  onTestFinished(() => rmdirSync(directory));
  const seen: string[] = [];
  const begun = Promise.withResolvers<void>();
  const first = withDirectoryLock(directory, async () => {
    begun.resolve();
    seen.push("first");
    // The second one asks for the lock meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 100));
    seen.push("end of first");
    throw new Error("failed");
  });
  const failed = expect(first).rejects.toThrow("failed");
  await begun.promise;
  await withDirectoryLock(directory, async () => void seen.push("second"));
  await failed;
  expect(seen).toEqual(["first", "end of first", "second"]);
});
