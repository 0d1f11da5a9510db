import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Owners = typeof import("../../../src/io/static-pods/unit-owners.ts");
type Fs = typeof import("node:fs");

/** The owners of the units of three pods: of one that has a unit, of one that has adopted a unit, and of a tenant that names both. */
function ownersOfPods(): Promise<Record<string, readonly string[]>> {
  return onEmptyHost(async (load) => {
    const { unitOwners } = await load<Owners>("src/io/static-pods/unit-owners.ts");
    const { mkdirSync, writeFileSync } = await load<Fs>("node:fs");
    const units = "/etc/systemd/system";
    const identity = (pod: string, uid: string) =>
      ["[X-Kubernetes]", "Namespace=shop", `Pod=${pod}`, `PodUID=${uid}`, "Container=main", "Kind=container", ""].join(
        "\n",
      );
    writeFileSync(`${units}/unitlet.shop.web.main.service`, identity("web", "1"));
    mkdirSync(`${units}/nginx.service.d`);
    writeFileSync(`${units}/nginx.service.d/50-unitlet.conf`, identity("proxy", "2"));
    const owners = (namespace: string, name: string, image: string) => [
      ...unitOwners({ metadata: { namespace, name, uid: "x" }, spec: { containers: [{ name: "main", image }] } }),
    ];
    return {
      web: owners("shop", "web", "host"),
      proxy: owners("shop", "proxy", "unit://nginx.service"),
      tenant: [...owners("evil", "web", "host"), ...owners("evil", "proxy", "unit://nginx.service")],
    };
  });
}

describe.skipIf(!canMount)("the owners of units", () => {
  test("are pods of the same name, with units of their own or adopted ones", async () => {
    expect(await ownersOfPods()).toEqual({ web: ["1"], proxy: ["2"], tenant: [] });
  });
});
