import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../io/empty-host.ts";

type Subject = typeof import("../../src/cli/join-settings.ts");
type NodeName = typeof import("../../src/io/kube/node-name.ts");
type Cluster = Parameters<Subject["hasJoined"]>[0];

describe.skipIf(!canMount)("a host has joined before", () => {
  test("as a node, and after unitlet leave --keep, which keeps the node's name", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hasJoined } = await load<Subject>("src/cli/join-settings.ts");
      const { saveNodeName, removeSavedNodeName } = await load<NodeName>("src/io/kube/node-name.ts");
      const [never, node] = [hasJoined(undefined), hasJoined({ server: "https://192.0.2.1" } as Cluster)];
      saveNodeName("edge");
      const kept = hasJoined(undefined);
      removeSavedNodeName();
      return { never, node, kept, drained: hasJoined(undefined) };
    });
    expect(seen).toEqual({ never: false, node: true, kept: true, drained: false });
  });
});
