import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UnitEnds } from "../../../src/io/systemd/unit-ends.ts";

let directory: string;
let ends: UnitEnds;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-ends-"));
  ends = new UnitEnds(directory);
});

afterEach(() => rmSync(directory, { recursive: true }));

/** As systemd writes a link: it renames a new one into place. */
function link(unit: string, invocation: string): void {
  symlinkSync(invocation, join(directory, `.#${unit}`));
  renameSync(join(directory, `.#${unit}`), join(directory, `invocation:${unit}`));
}

const remove = (unit: string) => unlinkSync(join(directory, `invocation:${unit}`));

test.each<[string, (unit: string) => void]>([
  ["its link is removed", remove],
  ["its link names another invocation", (unit) => link(unit, "b")],
])("a unit has ended when %s, which is said once", async (_, change) => {
  link("web.service", "a");
  const ended = vi.fn();
  ends.add("invocation:web.service", "a", ended);
  change("web.service");
  await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
  link("web.service", "c");
  const last = vi.fn();
  ends.add("invocation:web.service", "d", last);
  link("web.service", "c");
  await vi.waitFor(() => expect(last).toHaveBeenCalledTimes(1));
  expect(ended).toHaveBeenCalledTimes(1);
});

test("other units, and the same invocation again, are no end", async () => {
  for (const unit of ["web.service", "other.service"]) link(unit, "a");
  const [ended, other] = [vi.fn(), vi.fn()];
  const cancel = ends.add("invocation:web.service", "a", ended);
  ends.add("invocation:other.service", "a", other);
  link("web.service", "a");
  remove("other.service");
  await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1));
  expect(ended).not.toHaveBeenCalled();
  cancel();
});

test("a cancelled one is never called", async () => {
  for (const unit of ["web.service", "other.service"]) link(unit, "a");
  const [ended, other] = [vi.fn(), vi.fn()];
  ends.add("invocation:other.service", "a", other);
  ends.add("invocation:web.service", "a", ended)();
  remove("web.service");
  remove("other.service");
  await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(1));
  expect(ended).not.toHaveBeenCalled();
});

test("the links are polled when their directory cannot be watched", async () => {
  rmSync(directory, { recursive: true });
  const ended = vi.fn();
  ends.add("invocation:web.service", "a", ended);
  await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1), { timeout: 5000 });
  directory = mkdtempSync(join(tmpdir(), "unitlet-ends-"));
});
