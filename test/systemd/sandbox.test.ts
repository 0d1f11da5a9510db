import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { run } from "../support/run.ts";

test("the sandbox shows it all and leaves nothing on this host", async () => {
  const stamp = await readFile("node_modules/.unitlet-lock", "utf8").catch(() => "");
  const lock = (await run(["sha256sum", "package-lock.json"])).stdout.slice(0, 64);
  // It would install the packages anew, under the feet of this very test.
  expect(stamp.trim(), "node_modules belongs to another package-lock.json: run npm test").toBe(lock);
  const { stdout } = await run(["sh", "-c", "echo $$; exec ./install.sh --sandbox"], { timeout: 170_000 });
  expect(stdout).toContain("Hello from a pod that is a systemd unit.");
  expect(stdout).toMatch(/default +hello +Running +web +running/);
  const state = `/run/unitlet-sandbox-${stdout.split("\n")[0]}`;
  expect(existsSync(state)).toBe(false);
  expect(await readFile("/proc/mounts", "utf8")).not.toContain(`${state}/`);
});
