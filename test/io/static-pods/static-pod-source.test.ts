import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Source = typeof import("../../../src/io/static-pods/static-pod-source.ts");
type Manifests = typeof import("../../../src/io/manifest-source.ts");
type Fs = typeof import("node:fs");
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
