import { describe, expect, test } from "vitest";
import { journalSteps } from "../../src/diff/journals.ts";
import type { Journal } from "../../src/model/host/journal.ts";
import type { World } from "../../src/model/world.ts";
import { translateAll } from "../../src/translate/all.ts";
import { HOST, NOW, pod } from "../translate/base.ts";
import { bare, incomplete, LIB_DIR, up } from "./base.ts";

const WEB = pod();
const { namespace } = WEB.metadata;
const DAY_MS = 24 * 3_600_000;
const OLD = { settings: "", writtenAt: NOW - 8 * DAY_MS };

function steps(world: World, journals: Readonly<Record<string, Journal>>): string[] {
  const seen = { ...world, journals: new Map(Object.entries(journals)) };
  return journalSteps(seen, translateAll(seen, LIB_DIR)).map((step) =>
    "namespace" in step ? `${step.kind} ${step.namespace}` : step.kind,
  );
}

const none = (): World => ({ ...bare(), pods: { complete: true, items: [] } });

describe("the settings of a namespace with pods", () => {
  const [step] = journalSteps({ ...bare(WEB), journals: new Map() }, translateAll(bare(WEB), LIB_DIR));
  const settings = step?.kind === "write-journal-settings" ? step.text : "";

  test("have its limit", () => {
    expect(settings).toContain("\n[Journal]\nSystemMaxUse=1073741824\nRuntimeMaxUse=1073741824\n");
  });

  test.each<[string, Readonly<Record<string, Journal>>, readonly string[]]>([
    ["are written before its first line", {}, [`write-journal-settings ${namespace}`]],
    ["are written again after an edit", { [namespace]: { settings: "x" } }, [`write-journal-settings ${namespace}`]],
    ["stay", { [namespace]: { settings, writtenAt: 0 } }, []],
  ])("%s", (_, journals, expected) => {
    expect(steps(bare(WEB), journals)).toEqual(expected);
  });
});

describe("a journal is removed", () => {
  const full = { ...none(), host: { ...HOST, diskTotal: 100, diskAvailable: 1 } };
  const recent = { writtenAt: NOW - DAY_MS };

  test.each<[string, World, Readonly<Record<string, Journal>>, readonly string[]]>([
    ["a week after its last line", none(), { gone: OLD, recent }, ["remove-journal gone"]],
    ["with settings alone", none(), { gone: { settings: "" } }, ["remove-journal gone"]],
    ["at once while the disk is full", full, { recent }, ["remove-journal recent"]],
    [
      "never while its namespace has a pod",
      { ...up(WEB), host: full.host },
      { [namespace]: OLD },
      [`write-journal-settings ${namespace}`],
    ],
    ["never while its namespace has a unit", { ...up(WEB), pods: none().pods }, { [namespace]: OLD }, []],
    ["never by an incomplete list", incomplete(none()), { gone: OLD }, []],
  ])("%s", (_, world, journals, expected) => {
    expect(steps(world, journals)).toEqual(expected);
  });
});
