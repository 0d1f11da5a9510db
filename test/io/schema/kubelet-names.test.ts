import { expect, test } from "vitest";
import { kubeletNames } from "../../../src/io/schema/kubelet-names.ts";

test.for<[string, object]>([
  [
    "apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDNS:\n- 10.96.0.10\n- fd00::a\nclusterDomain: example.org\n",
    { clusterDNS: "10.96.0.10, fd00::a", clusterDomain: "example.org" },
  ],
  ["clusterDNS: [10.96.0.10]\nclusterDomain: ''\n", { clusterDNS: "10.96.0.10" }],
  ["clusterDNS: []\nclusterDomain: ''\n", {}],
  ["clusterDNS: [no address]\n", {}],
  ["clusterDomain: 'a\n b = c'\n", {}],
  ["", {}],
  ["a: [", {}],
])("%j", ([text, expected]) => {
  expect(kubeletNames(text)).toEqual(expected);
});
