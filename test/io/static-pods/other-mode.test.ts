import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Source = typeof import("../../../src/io/static-pods/static-pod-source.ts");
type Manifests = typeof import("../../../src/io/manifest-source.ts");
type Fs = typeof import("node:fs");
type Pod = import("../../../src/model/api/pod.ts").Pod;
type PodSource = import("../../../src/ports.ts").PodSource;

/** The names of the pods that a host has while the other mode's units are there and after it, for a join and a leave. */
function namesOverTime(): Promise<Record<string, readonly string[]>> {
  return onEmptyHost(async (load) => {
    const { StaticPodSource } = await load<Source>("src/io/static-pods/static-pod-source.ts");
    const { ManifestSource } = await load<Manifests>("src/io/manifest-source.ts");
    const { mkdirSync, rmSync, writeFileSync } = await load<Fs>("node:fs");
    for (const path of ["/run/unitlet", "/var/lib/unitlet", "/run/manifests"]) mkdirSync(path);
    const log = { notice: () => undefined, warning: () => undefined, error: () => undefined };
    const none = { ok: true, digest: "", origin: { files: [] }, parse: () => ({ pods: [] }), accept: () => undefined };
    const cluster = { list: async () => none } as unknown as PodSource;
    const alone = new ManifestSource("/run/manifests", "edge", log);
    const manifests = new ManifestSource("/run/manifests", "edge", log, false);
    const joined = new StaticPodSource({ cluster, manifests, client: undefined as never, nodeName: "edge", log });
    const listed = async (source: PodSource): Promise<readonly Pod[]> => {
      const result = await source.list();
      if (!result.ok) throw new Error(result.because);
      const { pods } = result.parse();
      result.accept();
      return pods;
    };
    const names = async (source: PodSource) => (await listed(source)).map(({ metadata }) => metadata.name);
    const unitOf = (pod: Pod | undefined) => `/etc/systemd/system/unitlet.default.${pod?.metadata.name}.main.service`;
    const start = (pod: Pod | undefined) => {
      const owner = ["Namespace=default", `Pod=${pod?.metadata.name}`, `PodUID=${pod?.metadata.uid}`];
      const lines = ["[X-Kubernetes]", ...owner, "Container=main", "Kind=container", "SpecHash=1", "", "[Service]", ""];
      writeFileSync(unitOf(pod), lines.join("\n"));
    };
    const spec = { containers: [{ name: "main", command: ["true"] }] };
    const web = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
    writeFileSync("/run/manifests/web.yaml", JSON.stringify(web), { mode: 0o600 });
    const [first] = await listed(alone);
    start(first);
    const joining = await names(joined);
    rmSync(unitOf(first));
    const [second] = await listed(joined);
    start(second);
    const leaving = await names(alone);
    rmSync(unitOf(second));
    const left = await names(alone);
    const uids = new Set([first?.metadata.uid, second?.metadata.uid]);
    return { joining, joined: [String(second?.metadata.name)], leaving, left, uids: [String(uids.size)] };
  });
}

describe.skipIf(!canMount)("a manifest of a host that joins and leaves a cluster", () => {
  test("is one pod at a time, and another pod in each mode", async () => {
    const expected = { joining: [], joined: ["web-edge"], leaving: [], left: ["web"], uids: ["2"] };
    expect(await namesOverTime()).toEqual(expected);
  });
});
