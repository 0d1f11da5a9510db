import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../io/empty-host.ts";

type Subject = typeof import("../../src/run/references.ts");
type Base = typeof import("../translate/base.ts");
type Files = typeof import("../../src/io/files.ts");
type Source = Parameters<Subject["fetchReferences"]>[1];
type FetchResult = import("../../src/model/references.ts").FetchResult;

describe.skipIf(!canMount)("what pods refer to", () => {
  test("is fetched once, and removed when no pod refers to it any more", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences } = await load<Subject>("src/run/references.ts");
      const { pod } = await load<Base>("test/translate/base.ts");
      const { list } = await load<Files>("src/io/files.ts");
      const asked: string[][] = [];
      const fetch = async (names: readonly string[], now: number, complete = true) => {
        const source = {
          fetch: async (due: readonly { key: string }[]) => {
            asked.push(due.map(({ key }) => key));
            return new Map(due.map(({ key }) => [key, { ok: true, value: {}, at: now }]));
          },
        } as unknown as Source;
        const items = names.map((name) => pod({ volumes: [{ name: "v", configMap: { name } }] }));
        const references = await fetchReferences({ items, complete } as never, source, now);
        return {
          keys: [...references.keys()].filter((key) => key.startsWith("configmap")),
          files: list("/run/unitlet/references").length,
        };
      };
      return {
        first: await fetch(["a", "b"], 1),
        incomplete: await fetch(["b"], 2, false),
        second: await fetch(["b", "c"], 3),
        none: await fetch([], 4),
        asked,
      };
    });
    const key = (name: string) => `configmap/shop/${name}`;
    expect(seen).toMatchObject({
      first: { keys: [key("a"), key("b")] },
      incomplete: { keys: [key("b")], files: seen.first.files },
      second: { keys: [key("b"), key("c")] },
      none: { keys: [], files: 0 },
    });
    const configMaps = seen.asked.flat().filter((each) => each.startsWith("configmap"));
    expect(configMaps).toEqual([key("a"), key("b"), key("c")]);
  });

  test("is a claim of this host only while the directory has it, and not in a cluster later", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences } = await load<Subject>("src/run/references.ts");
      const { pod } = await load<Base>("test/translate/base.ts");
      const items = [pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] })];
      const run = async (hasObjects: boolean, result: FetchResult) => {
        const fetch = async (due: readonly { key: string }[]) => new Map(due.map(({ key }) => [key, result]));
        const source = { hasObjects, fetch } as unknown as Source;
        const references = await fetchReferences({ items, complete: true } as never, source, result.at);
        return references.get("persistentvolumeclaim/shop/c")?.ok;
      };
      const directory = { path: "/var/lib/unitlet/claims/shop/c" };
      return [
        await run(true, { ok: true, value: { metadata: { name: "c" }, directory }, at: 1 }),
        await run(false, { ok: false, missing: false, because: "is forbidden", at: 2 }),
      ];
    });
    expect(seen).toEqual([true, false]);
  });

  test("stays as it was when the API server does not answer, and goes when there is none", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { fetchReferences, peekReferences } = await load<Subject>("src/run/references.ts");
      const { pod } = await load<Base>("test/translate/base.ts");
      const items = [pod({ volumes: [{ name: "v", configMap: { name: "c" } }] })];
      const run = async (now: number, result: FetchResult, call = fetchReferences as Subject["fetchReferences"]) => {
        const source = {
          fetch: async (due: readonly { key: string }[]) =>
            new Map(due.filter(({ key }) => key === "configmap/shop/c").map(({ key }) => [key, result])),
        } as unknown as Source;
        return (await call({ items, complete: true } as never, source, now)).get("configmap/shop/c");
      };
      const hour = 3_600_000;
      const unreachable = { ok: false, missing: false, because: "no answer", at: 0 } as const;
      const there = { ok: true, value: { data: { k: "v" } }, at: hour } as const;
      const missing = { ok: false, missing: true, because: "not found", at: 4 * hour } as const;
      const peek = async (...words: Parameters<Subject["fetchReferences"]>) =>
        (await peekReferences(...words)).references;
      return {
        never: await run(0, unreachable),
        peeked: await run(hour, there, peek),
        stillNever: await run(hour, unreachable),
        there: await run(hour, there),
        unreachable: await run(3 * hour, unreachable),
        missing: await run(4 * hour, missing),
        later: await run(6 * hour, unreachable),
      };
    });
    const [value, unreachable] = [{ data: { k: "v" } }, { ok: false, missing: false, because: "no answer" }];
    expect(seen).toMatchObject({
      never: unreachable,
      peeked: { ok: true, value },
      stillNever: unreachable,
      there: { ok: true, value },
      unreachable: { ok: true, value, at: 3 * 3_600_000 },
      missing: { ok: false, missing: true },
      later: unreachable,
    });
  });
});
