import { describe, expect, test } from "vitest";
import { fieldProblems } from "../../../src/translate/fields/supported.ts";
import { odd } from "../base.ts";

const volume = (source: object) => odd({ volumes: [{ name: "v", ...source }] });
const projected = (source: object) => volume({ projected: { sources: [source] } });

describe("volumes", () => {
  test.for([
    ["of nothing", volume({})],
    ["of a ConfigMap", volume({ configMap: { name: "m", items: [{ key: "k", path: "p", mode: 256 }] } })],
    ["of a Secret", volume({ secret: { secretName: "s", optional: true } })],
    ["of what the pod says of itself", volume({ downwardAPI: { items: [{ path: "x" }] } })],
    ["with a token", projected({ serviceAccountToken: { path: "token", expirationSeconds: 3607 } })],
    ["with a trust bundle by name", projected({ clusterTrustBundle: { name: "b", path: "ca", optional: true } })],
    ["of an image", volume({ image: { reference: "x", pullPolicy: "Always" } })],
  ] as const)("%s are taken", ([, of]) => {
    expect(fieldProblems(of)).toEqual([]);
  });

  test.for([
    [volume({ csi: { driver: "x" } }), "spec.volumes[v].csi", "asks for a CSI driver, and this node has none"],
    [volume({ iscsi: { lun: 0 } }), "spec.volumes[v].iscsi", "is storage that this node cannot mount"],
    [
      projected({ podCertificate: { signerName: "x" } }),
      "spec.volumes[v].projected.sources[0].podCertificate",
      "asks for a certificate, which this version of unitlet does not request",
    ],
    [volume({ newKind: { a: 1 } }), "spec.volumes[v].newKind", "is not known to this version of unitlet"],
  ] as const)("%j are not", ([of, path, because]) => {
    expect(fieldProblems(of)).toMatchObject([{ severity: "reject", path, because }]);
  });
});
