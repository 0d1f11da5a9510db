import { expect, test } from "vitest";
import { annotationsPage } from "./annotation-page.ts";
import { configurationPage, documentedSettings, KUBELET_EQUIVALENTS, schemaKeys } from "./configuration-page.ts";
import { podFieldsPage } from "./field-page.ts";
import { staleEffects, undescribedFields } from "./field-tables.ts";
import { monitoringPage } from "./monitoring-page.ts";

const PAGES: Readonly<Record<string, () => string>> = {
  "annotations.md": annotationsPage,
  "configuration.md": configurationPage,
  "monitoring.md": monitoringPage,
  "pod-fields.md": podFieldsPage,
};

test.for(Object.keys(PAGES))("docs/%s is up to date; `npm test -- test/docs -u` writes it", async (name) => {
  const path = new URL(`../../docs/${name}`, import.meta.url).pathname;
  await expect(`${PAGES[name]?.()}\n`).toMatchFileSnapshot(path);
});

test("every field has its description in src/cli/explain/", () => {
  expect(undescribedFields()).toEqual([]);
  expect(staleEffects()).toEqual([]);
});

test("units/systemd/unitlet.conf has every setting, in the order of the schema", () => {
  expect(documentedSettings().map(({ key }) => key)).toEqual(schemaKeys());
  expect(Object.keys(KUBELET_EQUIVALENTS).filter((key) => !schemaKeys().includes(key))).toEqual([]);
});
