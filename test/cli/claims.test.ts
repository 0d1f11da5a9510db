import { expect, test } from "vitest";
import { claimsTable, usersOf } from "../../src/cli/claims.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import type { ActualUnit } from "../../src/model/unit.ts";

const DATA = { namespace: "shop", name: "data" };

function unit(pod: string, path: string): ActualUnit {
  const identity = { namespace: "shop", pod, podUID: pod, container: "main", kind: "container", specHash: "" };
  return {
    ...{ name: `unitlet.shop.${pod}.main.service`, dropIns: [], linked: true, identity },
    text: `ExecStartPre=+:"/x/container-start" "--path" "-d" "${path}"\n`,
  } as unknown as ActualUnit;
}

test("a pod uses the claim whose directory its units name, and no longer name", () => {
  const units = [
    unit("b", "/var/lib/unitlet/claims/shop/data"),
    unit("a", "/var/lib/unitlet/claims/shop/data"),
    unit("c", "/var/lib/unitlet/claims/shop/data-2"),
  ];
  expect(usersOf(DATA, units)).toEqual(["shop/a", "shop/b"]);
});

test("a pod without a unit uses the claim that it names, until it has ended", () => {
  const pod = (
    name: string,
    namespace: string,
    claimName: string,
    phase: "Pending" | "Succeeded" = "Pending",
  ): Pod => ({
    metadata: { name, namespace, uid: name },
    spec: { containers: [], volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] },
    status: { phase },
  });
  const pods = [
    pod("waits", "shop", "data"),
    pod("a", "shop", "data-2"),
    pod("b", "other", "data"),
    pod("c", "shop", "data", "Succeeded"),
  ];
  expect(usersOf(DATA, [], pods)).toEqual(["shop/waits"]);
});

test("the table has all claims with their users", () => {
  const units = [unit("a", "/var/lib/unitlet/claims/shop/data")];
  expect(claimsTable([DATA, { namespace: "shop", name: "old" }], units)).toBe(
    `NAMESPACE  CLAIM  USED BY  DIRECTORY
shop       data   shop/a   /var/lib/unitlet/claims/shop/data
shop       old    -        /var/lib/unitlet/claims/shop/old
`,
  );
  expect(claimsTable([], [])).toBe("No claims.\n");
});
