import { expect, test } from "vitest";
import { findingsOf } from "../../../src/cli/auto-update/decide.ts";
import { lastUpdates, updateDetails, updateTable } from "../../../src/cli/auto-update/table.ts";
import { updateTargets } from "../../../src/cli/auto-update/targets.ts";
import { begun, ended } from "../../../src/cli/auto-update/transitions.ts";
import { NOW } from "../../workloads/base.ts";
import { IMAGE, NEW, OLD, running, webPod } from "./base.ts";

const [target] = updateTargets({ pods: [webPod(running())] }, []);
if (target === undefined) throw new Error("no target");
const [finding] = findingsOf(target, new Map([[IMAGE, { digest: NEW }]]), false);
if (finding === undefined) throw new Error("no finding");
const change = { container: "main", image: IMAGE, from: OLD, to: NEW };

test("without a pod that asks, the annotation is named", () => {
  expect(updateTable([])).toBe("No pod asks for updates: see the annotation unitlet.dev/auto-update.\n");
});

test("a dry run shows what would be updated", () => {
  expect(updateTable([{ target, finding }])).toBe(
    `NAMESPACE  NAME     CONTAINER  IMAGE                    POLICY    UPDATED
default    pod/web  main       registry.example/web:v1  registry  pending
`,
  );
});

test("a script gets the same with the digests", () => {
  expect(updateDetails([{ target, finding }])).toEqual([
    {
      ...{ kind: "Pod", namespace: "default", name: "web", container: "main", image: IMAGE },
      ...{ updated: "pending", from: OLD, to: NEW },
    },
  ]);
});

test("an update that was rolled back has its reason below the table, on one line", () => {
  const result = { at: NOW, result: "rolled back" as const, because: "it\ncrashes\u001b[31m", changes: [change] };
  expect(updateTable([{ target, finding, result }])).toBe(
    `NAMESPACE  NAME     CONTAINER  IMAGE                    POLICY    UPDATED
default    pod/web  main       registry.example/web:v1  registry  rolled back

pod default/web main: it crashes [31m
`,
  );
});

test("the status has the last update of each pod, and the one that is under way", () => {
  const trial = begun(target, [change], 0, NOW);
  expect(lastUpdates([], NOW)).toBe("");
  expect(lastUpdates([trial], NOW + 5000)).toBe(
    `
NAMESPACE  NAME     CONTAINER  IMAGE                    UPDATE     AGE
default    pod/web  main       registry.example/web:v1  under way  5s
`,
  );
  expect(lastUpdates([ended(trial, "rolled back", "it crashes", NOW)], NOW + 5000)).toBe(
    `
NAMESPACE  NAME     CONTAINER  IMAGE                    UPDATE       AGE
default    pod/web  main       registry.example/web:v1  rolled back  5s

pod default/web: it crashes
`,
  );
});
