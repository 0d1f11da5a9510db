import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";
import { parsedPod } from "./parsed-pod.ts";

function manifest(container: object, volumes: readonly object[] = []): object {
  const metadata = { name: "web", namespace: "shop" };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "app", ...container }], volumes } };
}

const volume = (source: object) => manifest({}, [{ name: "v", ...source }]);

describe("a manifest whose sources have another shape is no pod", () => {
  test.for([
    [
      manifest({ env: [{ name: "A", value: 1 }] }),
      "spec.containers[0].env[0].value: expected a string, found a number: put quotes around it",
    ],
    [
      manifest({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s" } } }] }),
      "spec.containers[0].env[0].valueFrom.secretKeyRef.key: ",
    ],
    [manifest({ envFrom: "map" }), "spec.containers[0].envFrom: "],
    [
      manifest({ volumeMounts: [{ name: "v", mountPath: "/x", subPath: 1 }] }),
      "spec.containers[0].volumeMounts[0].subPath: ",
    ],
    [volume({ emptyDir: [] }), "spec.volumes[0].emptyDir: "],
    [volume({ hostPath: { path: "srv" } }), "spec.volumes[0].hostPath.path: "],
    [
      volume({ configMap: { name: "m", items: [{ key: "k", path: "p", mode: "0644" }] } }),
      "spec.volumes[0].configMap.items[0].mode: ",
    ],
    [
      volume({ projected: { sources: [{ serviceAccountToken: {} }] } }),
      "spec.volumes[0].projected.sources[0].serviceAccountToken.path: ",
    ],
  ] as const)("%j", ([document, message]) => {
    expect(() => parsedPod(document, "edge")).toThrow(message);
  });

  test("but one that has the right one is", () => {
    const of = parsedPod(volume({ hostPath: { path: "/srv", type: "Directory" } }), "edge");
    expect(of.spec.volumes).toEqual([{ name: "v", hostPath: { path: "/srv", type: "Directory" } }]);
  });
});

describe("a generic ephemeral volume", () => {
  const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const ephemeral = (spec: object | undefined) => volume({ ephemeral: { volumeClaimTemplate: { spec } } });
  const PATH = "spec.volumes[0].ephemeral.volumeClaimTemplate";

  test.each(["ReadWriteOnce", "ReadWriteOncePod"])("with %s is an emptyDir of the pod", (mode) => {
    const claim = { ...CLAIM, accessModes: [mode] };
    expect(parsedPod(ephemeral(claim), "edge").spec.volumes).toEqual([{ name: "v", emptyDir: {} }]);
  });

  test.each<[object, string]>([
    [volume({ ephemeral: {} }), `${PATH}: is missing`],
    [ephemeral({ ...CLAIM, volumeMode: "Block" }), `${PATH}.spec.volumeMode: Block needs a cluster`],
    [ephemeral({ ...CLAIM, dataSource: { kind: "x", name: "y" } }), `${PATH}.spec.dataSource: needs a cluster`],
  ])("%j is refused by name", (document, message) => {
    expect(() => parsedPod(document, "edge")).toThrow(message);
  });

  test("is one in the template of a workload too, and refused by name there", () => {
    const template = (claim: object) => ({
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [{ name: "app" }],
        volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: { spec: claim } } }],
      },
    });
    const deployment = (claim: object) => ({
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } },
      spec: { selector: { matchLabels: { app: "web" } }, template: template(claim) },
    });
    expect(parseManifest(deployment(CLAIM), "edge")).toMatchObject({
      workload: { template: { spec: { volumes: [{ name: "v", emptyDir: {} }] } } },
    });
    expect(() => parseManifest(deployment({ ...CLAIM, volumeMode: "Block" }), "edge")).toThrow(
      `spec.template.${PATH}.spec.volumeMode: Block needs a cluster`,
    );
  });
});
