import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/kube/reference-store.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("stored references", () => {
  test("are what was written last, for root alone, and nothing for another key", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readReference, writeReference } = await load<Subject>("src/io/kube/reference-store.ts");
      const { readdirSync, statSync } = await load<Fs>("node:fs");
      const never = readReference("secret/shop/a") ?? "none";
      writeReference("secret/shop/a", { ok: true, value: { data: { key: "b2xk" } }, at: 1 });
      writeReference("secret/shop/a", { ok: true, value: { data: { key: "bmV3" } }, at: 2 });
      writeReference("secret/shop/../../b", { ok: false, missing: true, because: "not found", at: 3 });
      const directory = "/run/unitlet/references";
      const paths = [directory, ...readdirSync(directory).map((name) => `${directory}/${name}`)];
      return {
        never,
        read: ["secret/shop/a", "secret/shop/../../b", "configmap/shop/a"].map((key) => readReference(key) ?? "none"),
        modes: paths.map((path) => statSync(path).mode.toString(8)),
      };
    });
    expect(seen).toEqual({
      never: "none",
      read: [
        { ok: true, value: { data: { key: "bmV3" } }, at: 2 },
        { ok: false, missing: true, because: "not found", at: 3 },
        "none",
      ],
      modes: ["40700", "100600", "100600"],
    });
  });

  test("are removed when no pod refers to them any more", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/kube/reference-store.ts");
      const { readdirSync, writeFileSync } = await load<Fs>("node:fs");
      subject.removeReferencesExcept(new Set());
      const keys = ["secret/shop/a", "secret/shop/b", "secret/shop/c"];
      for (const key of keys) subject.writeReference(key, { ok: true, value: key, at: 1 });
      // A run that was killed has left half a file.
      writeFileSync("/run/unitlet/references/.half.tmp", "secret");
      subject.removeReferencesExcept(new Set(["secret/shop/b", "secret/shop/d"]));
      const read = keys.map((key) => subject.readReference(key)?.ok ?? false);
      return { read, files: readdirSync("/run/unitlet/references").length };
    });
    expect(seen).toEqual({ read: [false, true, false], files: 1 });
  });

  test("are none when the file is damaged, or another object's", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readReference, writeReference } = await load<Subject>("src/io/kube/reference-store.ts");
      const { readdirSync, writeFileSync } = await load<Fs>("node:fs");
      writeReference("configmap/shop/c", { ok: true, value: "own", at: 1 });
      const [name] = readdirSync("/run/unitlet/references");
      const other = JSON.stringify({ key: "secret/shop/c", fetched: { ok: true, value: "of another", at: 1 } });
      return ["", '{"key":"configmap/sh', "null", other].map((text) => {
        writeFileSync(`/run/unitlet/references/${name}`, text);
        return readReference("configmap/shop/c") ?? "none";
      });
    });
    expect(seen).toEqual(["none", "none", "none", "none"]);
  });
});
