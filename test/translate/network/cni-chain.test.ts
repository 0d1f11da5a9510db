import { describe, expect, test } from "vitest";
import { bridgeChain, cniArguments } from "../../../src/translate/network/cni-chain.ts";
import { container, pod, UID } from "../base.ts";

const RANGES = ["10.86.0.0/24"];
const PLUGIN = { cniVersion: "1.0.0", name: "unitlet" };

describe("bridgeChain()", () => {
  test("an address of the range on the bridge, with a default route", () => {
    expect(bridgeChain(pod(), RANGES)).toEqual([
      {
        type: "bridge",
        config: {
          ...PLUGIN,
          ...{ type: "bridge", bridge: "unitlet0", isGateway: true, forceAddress: true, hairpinMode: true },
          ipam: {
            type: "host-local",
            ranges: [[{ subnet: "10.86.0.0/24" }]],
            routes: [{ dst: "0.0.0.0/0" }],
          },
        },
      },
    ]);
  });

  test("one address and one route of each family", () => {
    expect(bridgeChain(pod(), [...RANGES, "fd00:86::/64"])[0]?.config.ipam).toEqual({
      type: "host-local",
      ranges: [[{ subnet: "10.86.0.0/24" }], [{ subnet: "fd00:86::/64" }]],
      routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
    });
  });

  test("the ports of the host, of all containers", () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }, { containerPort: 443 }];
    const dns = [{ containerPort: 53, hostPort: 5353, protocol: "UDP" as const, hostIP: "192.0.2.7" }];
    const of = pod({ containers: [container({ ports }), container({ name: "dns", ports: dns })] });
    expect(bridgeChain(of, RANGES)[1]).toEqual({
      type: "portmap",
      config: {
        ...{ ...PLUGIN, type: "portmap", snat: true },
        runtimeConfig: {
          portMappings: [
            { hostPort: 8080, containerPort: 80, protocol: "tcp" },
            { hostPort: 5353, containerPort: 53, protocol: "udp", hostIP: "192.0.2.7" },
          ],
        },
      },
    });
  });

  test("no port of the host for init containers, as by the kubelet: no other pod is compared with them", () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }];
    const inits = [container({ name: "init", ports }), container({ name: "sidecar", ports, restartPolicy: "Always" })];
    expect(bridgeChain(pod({ initContainers: inits }), RANGES)).toHaveLength(1);
  });

  test.for<[Record<string, string>, object | undefined]>([
    [{}, undefined],
    [{ "kubernetes.io/ingress-bandwidth": "10M" }, { ingressRate: 10_000_000, ingressBurst: 2_147_483_647 }],
    [{ "kubernetes.io/egress-bandwidth": "1Gi" }, { egressRate: 1_073_741_824, egressBurst: 2_147_483_647 }],
    [{ "kubernetes.io/egress-bandwidth": "fast" }, undefined],
  ])("bandwidth of %j", ([annotations, bandwidth]) => {
    const config = bridgeChain(pod({}, { annotations }), RANGES)[1]?.config;
    expect(config).toEqual(
      bandwidth === undefined ? undefined : { ...PLUGIN, type: "bandwidth", runtimeConfig: { bandwidth } },
    );
  });
});

test("CNI_ARGS names the pod", () => {
  expect(cniArguments(pod())).toBe(
    `IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=${UID};K8S_POD_UID=${UID}`,
  );
});
