import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Source = typeof import("../../../src/io/static-pods/static-pod-source.ts");
type Manifests = typeof import("../../../src/io/manifest-source.ts");
type Fs = typeof import("node:fs");
type Problems = typeof import("../../../src/io/problems.ts");
type Pod = import("../../../src/model/api/pod.ts").Pod;
type PodSource = import("../../../src/ports.ts").PodSource;

describe.skipIf(!canMount)("the status of a static pod", () => {
  test("is there until its end, without its manifest and after staticPods = no", async () => {
    const phases = await onEmptyHost(async (load) => {
      const { StaticPodSource } = await load<Source>("src/io/static-pods/static-pod-source.ts");
      const { ManifestSource } = await load<Manifests>("src/io/manifest-source.ts");
      const { mkdirSync, rmSync, writeFileSync } = await load<Fs>("node:fs");
      for (const path of ["/run/unitlet", "/var/lib/unitlet", "/run/manifests"]) mkdirSync(path);
      const log = { notice: () => undefined, warning: () => undefined, error: () => undefined };
      const origin = { files: [] };
      const empty = { ok: true, digest: "", origin, parse: () => ({ pods: [] }), accept: () => undefined } as const;
      const cluster = { list: async () => empty } as unknown as PodSource;
      const client = undefined as never;
      const sourceOf = (isOn: boolean) => {
        const manifests = isOn ? new ManifestSource("/run/manifests", "edge", log, false) : undefined;
        return new StaticPodSource({ cluster, manifests, client, nodeName: "edge", log });
      };
      const listed = async (source: PodSource): Promise<readonly Pod[]> => {
        const result = await source.list();
        if (!result.ok) throw new Error(result.because);
        const { pods } = result.parse();
        result.accept();
        return pods;
      };
      const phaseOf = async (isOn: boolean) => (await listed(sourceOf(isOn))).map(({ status }) => status?.phase ?? "");
      const spec = { containers: [{ name: "main", command: ["true"] }] };
      const web = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
      writeFileSync("/run/manifests/web.yaml", JSON.stringify(web), { mode: 0o600 });
      const [pod] = await listed(sourceOf(true));
      await sourceOf(true).publish(pod as Pod, { phase: "Running" }, {});
      rmSync("/run/manifests/web.yaml");
      const removed = [await phaseOf(true), await phaseOf(true)];
      await sourceOf(false).publish(pod as Pod, { phase: "Succeeded" }, {});
      return [...removed, await phaseOf(false)];
    });
    expect(phases).toEqual([["Running"], ["Running"], ["Succeeded"]]);
  });
});

describe.skipIf(!canMount)("the list of a node with static pods", () => {
  test("has them also when the API server's answer is no list, and then no mirror pods of an earlier list", async () => {
    const lists = await onEmptyHost(async (load) => {
      const { StaticPodSource } = await load<Source>("src/io/static-pods/static-pod-source.ts");
      const { ManifestSource } = await load<Manifests>("src/io/manifest-source.ts");
      const { mkdirSync, writeFileSync } = await load<Fs>("node:fs");
      for (const path of ["/run/unitlet", "/var/lib/unitlet", "/run/manifests"]) mkdirSync(path);
      const log = { notice: () => undefined, warning: () => undefined, error: () => undefined };
      const metadata = { name: "old-edge", namespace: "default", uid: "m1" };
      const mirror = { metadata: { ...metadata, annotations: { "kubernetes.io/config.mirror": "u1" } }, spec: {} };
      const answers = [
        () => ({ pods: [mirror] }),
        () => {
          throw new Error("no list");
        },
      ];
      const list = async () => ({ ok: true, digest: "", origin: {}, parse: answers.shift(), accept: () => undefined });
      const manifests = new ManifestSource("/run/manifests", "edge", log, false);
      const cluster = { list } as unknown as PodSource;
      const source = new StaticPodSource({ cluster, manifests, client: undefined as never, nodeName: "edge", log });
      const spec = { containers: [{ name: "main", command: ["true"] }] };
      const web = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
      writeFileSync("/run/manifests/web.yaml", JSON.stringify(web), { mode: 0o600 });
      const next = async () => {
        const result = await source.list();
        if (!result.ok) throw new Error(result.because);
        const { pods, missing = "" } = result.parse();
        return [pods.map((pod) => pod.metadata.name), missing, source.mirrors.listed?.length ?? "none"];
      };
      return [await next(), await next()];
    });
    expect(lists).toEqual([
      [["web-edge"], "", 1],
      [["web-edge"], "no list", "none"],
    ]);
  });

  test("tells which objects of the directory have no effect", async () => {
    const problem = await onEmptyHost(async (load) => {
      const { StaticPodSource } = await load<Source>("src/io/static-pods/static-pod-source.ts");
      const { ManifestSource } = await load<Manifests>("src/io/manifest-source.ts");
      const { openProblem } = await load<Problems>("src/io/problems.ts");
      const { mkdirSync, writeFileSync } = await load<Fs>("node:fs");
      for (const path of ["/run/unitlet", "/var/lib/unitlet", "/run/manifests"]) mkdirSync(path);
      const log = { notice: () => undefined, warning: () => undefined, error: () => undefined };
      const empty = { ok: true, digest: "", origin: {}, parse: () => ({ pods: [] }), accept: () => undefined };
      const cluster = { list: async () => empty } as unknown as PodSource;
      const manifests = new ManifestSource("/run/manifests", "edge", log, false);
      const source = new StaticPodSource({ cluster, manifests, client: undefined as never, nodeName: "edge", log });
      const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", command: ["true"] }] } };
      const spec = { schedule: "@daily", jobTemplate: { spec: { template } } };
      const backup = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "backup" }, spec };
      writeFileSync("/run/manifests/backup.yaml", JSON.stringify(backup), { mode: 0o600 });
      const result = await source.list();
      if (result.ok) result.accept();
      return openProblem("static-pods") ?? "";
    });
    expect(problem).toContain("CronJob default/backup: the directory of a joined node has static pods alone");
  });
});
