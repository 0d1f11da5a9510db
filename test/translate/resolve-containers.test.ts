import { expect, test } from "vitest";
import { container, pod, resolved } from "./base.ts";

test.for([
  ["/usr/bin/nginx", false, "host", true],
  ["nginx:1", false, "oci", false],
  ["nginx:1", true, "host", false],
] as const)("%s, with ignoreImages = %s, runs on %s", ([image, ignoreImages, kind, namesHost]) => {
  const of = pod({ containers: [container({ image })] });
  expect(resolved(of, { ignoreImages })).toMatchObject({ reference: { kind }, namesHost });
});

test("with ignoreImages, a path as the image stays the program", () => {
  const of = pod({ containers: [container({ image: "/usr/bin/nginx" })] });
  expect(resolved(of, { ignoreImages: true }).reference).toEqual({ kind: "host", program: "/usr/bin/nginx" });
});
