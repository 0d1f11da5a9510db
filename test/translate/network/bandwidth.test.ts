import { expect, test } from "vitest";
import type { PodNetwork } from "../../../src/model/pod-network.ts";
import { CONFIG, pod, translate } from "../base.ts";

const NETWORK: PodNetwork = { addresses: ["10.86.0.2"], isHost: false, namespacePath: "/run/net" };
const BRIDGE = { config: { ...CONFIG, podNetwork: "bridge" }, network: NETWORK } as const;
const limited = (text: string) =>
  pod({ hostNetwork: false }, { annotations: { "kubernetes.io/egress-bandwidth": text } });

test.each(["fast", "", "-5M", "999", "1001T"])("a limit of %j is never ignored: the pod is rejected", (text) => {
  expect(translate(limited(text), BRIDGE)).toMatchObject({
    kind: "rejected",
    reason: "UnsupportedField",
    message: `metadata.annotations[kubernetes.io/egress-bandwidth] is ${JSON.stringify(text)}, and not a quantity of bits per second from 1k to 1P: write one such as 10M, or remove the annotation`,
  });
});

test.each(["1k", "10M", "1Gi", "1P"])("a limit of %j is accepted", (text) => {
  expect(translate(limited(text), BRIDGE)).toMatchObject({ kind: "runnable", problems: [] });
});

test("on the host's network it has no effect, as in a pod with hostNetwork elsewhere", () => {
  expect(translate(limited("fast"))).toMatchObject({ kind: "runnable", problems: [] });
});
