import { describe, expect, test } from "vitest";
import type { FetchResult } from "../../../src/model/references.ts";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/kube/reference-store.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("what pods refer to", () => {
  test("is fetched once, kept for root alone, and removed when no pod needs it", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences, removeReferencesExcept } = await load<Subject>("src/io/kube/reference-store.ts");
      const { readdirSync, statSync } = await load<Fs>("node:fs");
      const need = (name: string) => ({
        key: `secret/shop/${name}`,
        reference: { kind: "secret", namespace: "shop", name } as const,
        maxAge: 60_000,
        optional: false,
      });
      const asked: string[][] = [];
      const fetch = (names: readonly string[], now: number) =>
        fetchReferences(
          () => names.map(need),
          (needs, known) => needs.filter(({ key }) => !known.has(key)),
          async (needs) => {
            asked.push(needs.map(({ key }) => key));
            return new Map(needs.map(({ key }) => [key, { ok: true, value: { data: { key } }, at: now }]));
          },
          now,
        );
      const first = await fetch(["a", "b"], 1);
      const second = await fetch(["b", "c"], 2);
      const directory = "/run/unitlet/references";
      const modes = [directory, ...readdirSync(directory).map((name) => `${directory}/${name}`)].map((path) =>
        statSync(path).mode.toString(8),
      );
      removeReferencesExcept(second.needed);
      return { asked, first: [...first.known], second: [...second.known], modes, left: readdirSync(directory).length };
    });
    const entry = (key: string, at: number) => [key, { ok: true, value: { data: { key } }, at }];
    expect(seen).toEqual({
      asked: [["secret/shop/a", "secret/shop/b"], ["secret/shop/c"]],
      first: [entry("secret/shop/a", 1), entry("secret/shop/b", 1)],
      second: [entry("secret/shop/b", 1), entry("secret/shop/c", 2)],
      modes: ["40700", "100600", "100600", "100600"],
      left: 2,
    });
  });

  test("may name more: a need that appears with an answer is fetched in the same run", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences } = await load<Subject>("src/io/kube/reference-store.ts");
      const need = (kind: "persistentvolumeclaim" | "persistentvolume", name: string) => ({
        key: `${kind}/${name}`,
        reference: { kind, namespace: "", name },
        maxAge: 0,
        optional: false,
      });
      const asked: string[] = [];
      const { needed } = await fetchReferences(
        (known) => [
          need("persistentvolumeclaim", "c"),
          ...(known.has("persistentvolumeclaim/c") ? [need("persistentvolume", "v")] : []),
        ],
        (needs) => needs,
        async (needs) => {
          asked.push(needs.map(({ key }) => key).join());
          return new Map(needs.map(({ key }) => [key, { ok: true, value: {}, at: 1 }]));
        },
        1,
      );
      return { asked, needed: [...needed] };
    });
    const both = ["persistentvolumeclaim/c", "persistentvolume/v"];
    expect(seen).toEqual({ asked: both, needed: both });
  });

  test("stays as it was when the API server does not answer, and goes when it says that there is none", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences } = await load<Subject>("src/io/kube/reference-store.ts");
      const need = {
        key: "configmap/shop/c",
        reference: { kind: "configmap", namespace: "shop", name: "c" } as const,
        maxAge: 0,
        optional: false,
      };
      const fetch = async (now: number, result: FetchResult) => {
        const ask = async () => new Map([[need.key, result]]);
        return (
          await fetchReferences(
            () => [need],
            () => [need],
            ask,
            now,
          )
        ).known.get(need.key);
      };
      const unreachable = { ok: false, missing: false, because: "no answer", at: 9 } as const;
      const { readdirSync } = await load<Fs>("node:fs");
      return {
        never: await fetch(1, unreachable),
        isStored: (await load<typeof import("../../../src/io/files.ts")>("src/io/files.ts")).list(
          "/run/unitlet/references",
        ),
        there: await fetch(2, { ok: true, value: { data: { k: "v" } }, at: 2 }),
        unreachable: await fetch(3, unreachable),
        missing: await fetch(4, { ok: false, missing: true, because: "not found", at: 4 }),
        unreachableLater: await fetch(5, unreachable),
        files: readdirSync("/run/unitlet/references").length,
      };
    });
    expect(seen).toEqual({
      never: { ok: false, missing: false, because: "no answer", at: 9 },
      isStored: [],
      there: { ok: true, value: { data: { k: "v" } }, at: 2 },
      unreachable: { ok: true, value: { data: { k: "v" } }, at: 3 },
      missing: { ok: false, missing: true, because: "not found", at: 4 },
      unreachableLater: { ok: false, missing: false, because: "no answer", at: 9 },
      files: 1,
    });
  });

  test("is fetched anew when its file is damaged, or another object's", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences } = await load<Subject>("src/io/kube/reference-store.ts");
      const { readdirSync, writeFileSync } = await load<Fs>("node:fs");
      const need = {
        key: "configmap/shop/c",
        reference: { kind: "configmap", namespace: "shop", name: "c" } as const,
        maxAge: 0,
        optional: false,
      };
      let asked = 0;
      const fetch = () =>
        fetchReferences(
          () => [need],
          (needs, known) => needs.filter(({ key }) => !known.has(key)),
          async () => {
            asked += 1;
            return new Map([[need.key, { ok: true, value: asked, at: asked }]]);
          },
          1,
        );
      await fetch();
      const [name] = readdirSync("/run/unitlet/references");
      const other = JSON.stringify({ key: "secret/shop/c", fetched: { ok: true, value: "of another", at: 1 } });
      for (const text of ["", '{"key":"configmap/sh', "null", other]) {
        writeFileSync(`/run/unitlet/references/${name}`, text);
        await fetch();
      }
      await fetch();
      return asked;
    });
    expect(seen).toBe(5);
  });
});
