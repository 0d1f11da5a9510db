import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { FetchResult } from "../../../src/model/references.ts";
import type { Runnable } from "../../../src/model/translation.ts";
import { forAll } from "../../support/fuzz.ts";
import { anyText, hostileText } from "../../unitfile/hostile.ts";
import { launched, significantLines } from "../../unitfile/systemd-reader.ts";
import { container, NO_REFERENCES, NOW, pod, podOf, runnable, waiting } from "../base.ts";

interface Texts {
  readonly name: string;
  readonly value: string;
  readonly key: string;
  readonly path: string;
  readonly server: string;
}

const found = (value: unknown): FetchResult => ({ ok: true, value, at: NOW });

/** A pod that has each text wherever a pod may have one, with what it refers to. */
function podWith({ name, value, key, path, server }: Texts): Runnable {
  const app = container({
    env: [
      { name, value },
      { name: "FROM", valueFrom: { configMapKeyRef: { name: "map", key } } },
    ],
    envFrom: [{ prefix: name, secretRef: { name: "keys" } }],
    args: ["$(FROM)", value],
    volumeMounts: [
      { name: "host", mountPath: `/run/${path}` },
      { name: "disk", mountPath: "/run/disk", subPath: path },
      { name: "map", mountPath: "/run/map", subPathExpr: "$(FROM)" },
      { name: "share", mountPath: "/run/share" },
    ],
  });
  const of: Pod = pod({
    containers: [app],
    volumes: [
      { name: "host", hostPath: { path: `/${path}` } },
      { name: "disk", emptyDir: {} },
      { name: "map", configMap: { name: "map", items: [{ key, path }] } },
      { name: "share", nfs: { server, path: `/${path}` } },
    ],
  });
  const references = new Map<string, FetchResult>([
    ...NO_REFERENCES,
    ["configmap/shop/map", found({ data: Object.fromEntries([[key, value]]) })],
    ["secret/shop/keys", found({ data: Object.fromEntries([[key, Buffer.from(value).toString("base64")]]) })],
  ]);
  return runnable(of, { references });
}

const options = (text: string) => significantLines(text).map((line) => line.replace(/=.*/s, ""));
const HARMLESS = podWith({ name: "A", value: "v", key: "k", path: "p", server: "nfs" });
const texts = fc.record({
  name: fc.oneof(fc.constant("A"), anyText),
  value: anyText,
  key: fc.oneof(fc.constant("k"), anyText),
  path: fc.oneof(fc.constant("p"), hostileText),
  server: fc.oneof(fc.constant("nfs"), fc.constant("nfs"), anyText),
});

describe("whatever stands in variables, keys and paths", () => {
  test("a unit has the same options as any other, or there is none and the container waits", () => {
    forAll(texts, (each) => {
      const { containers, auxiliaryUnits } = podWith(each);
      for (const { unit, waiting: why } of containers) {
        if (unit === undefined) expect(why?.message).toMatch(/./);
        else expect(options(unit.text)).toEqual(options(HARMLESS.containers[0]?.unit?.text ?? ""));
      }
      for (const { text, name } of auxiliaryUnits) {
        expect(name).toBe(HARMLESS.auxiliaryUnits[0]?.name);
        expect(options(text)).toEqual(options(HARMLESS.auxiliaryUnits[0]?.text ?? ""));
      }
    });
  });

  test("the program gets the values as they are, and its words", () => {
    forAll(texts, (each) => {
      const { files, containers } = podWith(each);
      fc.pre(containers[0]?.unit !== undefined);
      const { variables, argv } = launched(files.find(({ name }) => name === "app.env")?.text ?? "");
      expect(variables.get("FROM")).toBe(each.name === "FROM" ? variables.get("FROM") : each.value);
      expect(argv.length).toBe(3);
    });
  });

  test("no unit holds a value", () => {
    forAll(fc.tuple(texts, fc.stringMatching(/^[a-z]{30}$/)), ([each, value]) => {
      const { containers, auxiliaryUnits, slice } = podWith({ ...each, value });
      for (const { text } of [slice, ...auxiliaryUnits, ...containers.flatMap(({ unit }) => unit ?? [])])
        expect(text).not.toContain(value);
    });
  });

  test("a file of a volume lies within it, and what is held lies where it is to be", () => {
    forAll(texts, (each) => {
      const { volumes, files, storage, pod: of } = podWith(each);
      const stray = (path: string) => path.startsWith("/") || path.split("/").some((name) => /^\.{0,2}$/.test(name));
      expect(volumes.flatMap(({ files }) => files.map(([path]) => path)).filter(stray)).toEqual([]);
      const held = storage.filter(({ kind }) => kind === "sub-path").map(({ path }) => path);
      const own = new RegExp(`^/run/unitlet/pods/${of.metadata.uid}/subpaths/app/[0-3]$`);
      expect(held.filter((path) => !own.test(path))).toEqual([]);
      // Six fields for each path, whatever the paths hold.
      const fields =
        files
          .find(({ name }) => name === "app.subpaths")
          ?.text.split("\0")
          .slice(0, -1) ?? [];
      expect(fields.filter((field, at) => at % 6 === 0 && !/^[0-3]$/.test(field))).toEqual([]);
      expect(fields.length % 6).toBe(0);
    });
  });
});

describe("of much", () => {
  test("ten thousand variables, all arrive", () => {
    const env = Array.from({ length: 10_000 }, (_, at) => ({
      name: at % 2 ? `V${at}` : `v-${at}`,
      value: `it's ${at}`,
    }));
    const [file] = runnable(podOf({ env })).files;
    const { variables } = launched(file?.text ?? "");
    expect(env.filter(({ name, value }) => variables.get(name) !== value)).toEqual([]);
  });

  test("a variable of a mebibyte is told to be too long, and harms no other container", () => {
    const env = [{ name: "A", value: "x".repeat(2 ** 20) }];
    const of = pod({ containers: [container({ env }), container({ name: "other" })] });
    expect(waiting(of)?.message).toContain("is longer than the 128 KiB that Linux passes to a program");
    expect(waiting(of, {}, "other")).toBeUndefined();
  });
});
