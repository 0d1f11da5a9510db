import { expect, test } from "vitest";
import { kubeletNames } from "../../../src/io/schema/kubelet-names.ts";

const NO_DOMAIN = "expected a DNS name in lower case, without a dot at the end";
const NO_LIST = "expected a list of IP addresses";

test.for<[string, object, object?]>([
  [
    "apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDNS:\n- 10.96.0.10\n- fd00::a\nclusterDomain: example.org\n",
    { clusterDNS: "10.96.0.10, fd00::a", clusterDomain: "example.org" },
  ],
  ["clusterDNS: [10.96.0.10]\nclusterDomain: ''\n", { clusterDNS: "10.96.0.10" }],
  ["clusterDNS: []\nclusterDomain: ''\n", {}],
  ["clusterDNS:\nclusterDomain:\n", {}],
  [
    "clusterDNS: [10.96.0.10]\nclusterDomain: cluster.local.\n",
    { clusterDNS: "10.96.0.10" },
    { clusterDomain: NO_DOMAIN },
  ],
  ["clusterDNS: [10.96.0.10]\nclusterDomain: A\n", { clusterDNS: "10.96.0.10" }, { clusterDomain: NO_DOMAIN }],
  ["clusterDNS: [no address]\nclusterDomain: a\n", { clusterDomain: "a" }, { clusterDNS: NO_LIST }],
  ["clusterDNS: 10.96.0.10\n", {}, { clusterDNS: NO_LIST }],
  ["clusterDomain: 'a\n b = c'\n", {}, { clusterDomain: NO_DOMAIN }],
  ["- a\n", {}],
  ["", {}],
])("%j", ([text, names, problems = {}]) => {
  expect(kubeletNames(text)).toEqual({ names, problems });
});

test("a text that is no YAML has neither", () => {
  const because = expect.stringMatching(/^line \d+ is no YAML: /);
  expect(kubeletNames("a: [")).toEqual({ names: {}, problems: { clusterDNS: because, clusterDomain: because } });
});
