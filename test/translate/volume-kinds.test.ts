import { describe, expect, test } from "vitest";
import { fieldProblems } from "../../src/translate/supported.ts";
import { odd } from "./base.ts";

describe("volumes", () => {
  const token = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
  const map = (path: string, more = {}) => ({ configMap: { name: "m", items: [{ key: "k", path, ...more }] } });
  const field = (fieldPath: string) => ({ downwardAPI: { items: [{ path: "x", fieldRef: { fieldPath } }] } });
  const projected = (...sources: object[]) => ({ volumes: [{ name: "v", projected: { sources } }] });

  test("that admission adds are taken", () => {
    expect(fieldProblems(odd(projected(token, map("ca.crt"), field("metadata.namespace"))))).toEqual([]);
  });

  const refused: [string, object][] = [
    ["of another kind", { volumes: [{ name: "v", emptyDir: {} }] }],
    ["of no kind", { volumes: [{ name: "v" }] }],
    ["from a Secret", projected({ secret: { name: "s" } })],
    ["from other fields of the pod", projected(field("metadata.labels"))],
    [
      "from a resource",
      projected({ downwardAPI: { items: [{ path: "x", resourceFieldRef: { resource: "limits.cpu" } }] } }),
    ],
    ["to a path outside", projected(map("../x"))],
    ["to an absolute path", projected(map("/x"))],
    ["with a token outside", projected({ serviceAccountToken: { path: "a/../../x" } })],
    ["with a mode for a single file", projected(map("x", { mode: 0o400 }))],
  ];

  test.for(refused)("%s are not", ([, spec]) => {
    expect(fieldProblems(odd(spec))).toEqual([
      {
        severity: "reject",
        path: "spec.volumes[v]",
        because: "is of a kind that is not supported by this version of unitlet",
        remedy: "use files of the host by their own paths; the service account's token volume works",
      },
    ]);
  });
});
