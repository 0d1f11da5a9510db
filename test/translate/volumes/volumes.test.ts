import { describe, expect, test } from "vitest";
import type { Volume } from "../../../src/model/api/volume.ts";
import type { VolumeFile } from "../../../src/model/step.ts";
import { container, NO_REFERENCES, pod, UID, waiting } from "../base.ts";
import { base64, field, KNOWN, ok, projected, TOKEN, translated } from "./volume-base.ts";

describe("the files of a volume", () => {
  const cases: [string, Omit<Volume, "name">, Record<string, VolumeFile>][] = [
    [
      "a whole ConfigMap",
      { configMap: { name: "map" } },
      {
        bytes: { content: "/wA=", base64: true, mode: 0o644 },
        a: { content: "A", mode: 0o644 },
        b: { content: "B", mode: 0o644 },
      },
    ],
    [
      "chosen keys of a ConfigMap, with modes",
      {
        configMap: {
          name: "map",
          defaultMode: 0o400,
          items: [
            { key: "a", path: "x/y" },
            { key: "b", path: "z", mode: 0o777 },
          ],
        },
      },
      { "x/y": { content: "A", mode: 0o400 }, z: { content: "B", mode: 0o777 } },
    ],
    [
      "a Secret",
      { secret: { secretName: "keys" } },
      {
        a: { content: base64("A"), base64: true, mode: 0o644 },
        bytes: { content: "/wA=", base64: true, mode: 0o644 },
      },
    ],
    ["nothing of a ConfigMap that need not be there", { configMap: { name: "gone", optional: true } }, {}],
    ["nothing of a Secret that need not be there", { secret: { secretName: "gone", optional: true } }, {}],
    [
      "no key that need not be there",
      {
        configMap: {
          name: "map",
          optional: true,
          items: [
            { key: "none", path: "x" },
            { key: "a", path: "a" },
          ],
        },
      },
      { a: { content: "A", mode: 0o644 } },
    ],
    [
      "what the pod says of itself",
      {
        downwardAPI: {
          items: [
            field("name", "metadata.name"),
            field("uid", "metadata.uid"),
            field("labels", "metadata.labels"),
            field("one", "metadata.labels['app']"),
            field("note", "metadata.annotations['constructor']"),
            { path: "cpu", resourceFieldRef: { containerName: "app", resource: "limits.cpu", divisor: "1m" } },
          ],
        },
      },
      {
        name: { content: "web", mode: 0o644 },
        uid: { content: UID, mode: 0o644 },
        labels: { content: 'app="we\\"b"\ntier="x"', mode: 0o644 },
        one: { content: 'we"b', mode: 0o644 },
        note: { content: "", mode: 0o644 },
        cpu: { content: "4000", mode: 0o644 },
      },
    ],
    [
      "of several sources, the later one counting",
      projected(
        { configMap: { name: "map", items: [{ key: "a", path: "x" }] } },
        { secret: { name: "keys", items: [{ key: "a", path: "y" }] } },
        { configMap: { name: "map", items: [{ key: "b", path: "x" }] } },
        TOKEN,
        { clusterTrustBundle: { name: "roots", path: "ca" } },
      ),
      {
        x: { content: "B", mode: 0o644 },
        y: { content: base64("A"), base64: true, mode: 0o644 },
        token: { content: "T", mode: 0o644 },
        ca: { content: "PEM", mode: 0o644 },
      },
    ],
  ];

  test.for(cases)("%s", ([, volume, expected]) => {
    const of = pod({ volumes: [{ name: "v", ...volume }] }, { labels: { tier: "x", app: 'we"b' } });
    expect(Object.fromEntries(translated(of).written[0]?.files ?? [])).toEqual(expected);
  });

  test("with a key that is called like what all objects have", () => {
    const known = new Map([["configmap/shop/map", ok(JSON.parse('{"data":{"__proto__":"P","constructor":"C"}}'))]]);
    const [volume] = translated(pod({ volumes: [{ name: "v", configMap: { name: "map" } }] }), known).written;
    expect(volume?.files.map(([path, { content }]) => [path, content])).toEqual([
      ["__proto__", "P"],
      ["constructor", "C"],
    ]);
  });
});

describe("a volume that cannot be made", () => {
  const cases: [string, Omit<Volume, "name">, string][] = [
    ["no ConfigMap", { configMap: { name: "gone" } }, 'configmap "gone" not found'],
    ["no Secret", { secret: { secretName: "gone" } }, 'secret "gone" not found'],
    [
      "no such key in a ConfigMap",
      { configMap: { name: "map", items: [{ key: "toString", path: "x" }] } },
      "configmap references non-existent config key: toString",
    ],
    [
      "no such key in a Secret",
      { secret: { secretName: "keys", items: [{ key: "x", path: "x" }] } },
      "references non-existent secret key: x",
    ],
    [
      "a token that was not given",
      projected({ serviceAccountToken: { path: "t", audience: "vault" } }),
      "failed to fetch token: it has not been requested from the API server",
    ],
    ...["../x", "/x", "x/../../y", "x//y", "", ".", "..data", "..x/y", "x\0"].map(
      (path): [string, Omit<Volume, "name">, string] => [
        `a path outside: ${JSON.stringify(path)}`,
        { configMap: { name: "map", items: [{ key: "a", path }] } },
        `path ${JSON.stringify(path)} is not within the volume`,
      ],
    ),
    [
      "a field that volumes cannot have",
      { downwardAPI: { items: [field("x", "status.podIP")] } },
      "unsupported fieldPath: status.podIP",
    ],
  ];

  test.for(cases)("%s", ([, volume, because]) => {
    const of = pod({ volumes: [{ name: "v", ...volume }] });
    expect(translated(of)).toMatchObject({ written: [], missing: new Map([["v", because]]) });
  });

  test("stays as it is, if it was there", () => {
    const of = pod({ volumes: [{ name: "v", configMap: { name: "gone" } }] });
    expect(translated(of, KNOWN, new Map([["v", "digest"]]))).toMatchObject({ written: [], missing: new Map() });
  });

  test("keeps those containers waiting that mount it", () => {
    const mounts = container({ volumeMounts: [{ name: "v", mountPath: "/x" }] });
    const of = pod({
      volumes: [{ name: "v", configMap: { name: "gone" } }],
      containers: [mounts, container({ name: "other" })],
    });
    const references = new Map([...NO_REFERENCES, ...KNOWN]);
    expect(waiting(of, { references })).toEqual({
      reason: "ContainerCreating",
      message: 'MountVolume.SetUp failed for volume "v" : configmap "gone" not found',
    });
    expect(waiting(of, { references }, "other")).toBeUndefined();
  });
});

test("a key that is gone leaves the volume as it is, and is told", () => {
  const items = [{ key: "gone", path: "x" }];
  const of = pod({ volumes: [{ name: "v", configMap: { name: "map", items } }] });
  const because = "configmap references non-existent config key: gone";
  const [fresh, present] = [translated(of), translated(of, KNOWN, new Map([["v", "digest"]]))];
  expect([fresh.missing.get("v"), fresh.stale.size]).toEqual([because, 0]);
  expect([present.missing.size, present.stale.get("v"), present.written]).toEqual([0, because, []]);
});
