import { describe, expect, test } from "vitest";
import type { Container } from "../../src/model/api/pod.ts";
import { type Images, NO_IMAGES } from "../../src/model/image/image.ts";
import { imageKey } from "../../src/unitfile/image-names.ts";
import { CONFIG, container, NO_IMAGE_CONFIG, pod, runnable } from "./base.ts";

const SECRET = "canary";
const NAME = "docker.io/library/app:1";
const STORED = { name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/t/ab", checkedAt: 0 };
const IMAGES: Images = {
  ...NO_IMAGES,
  stored: new Map([
    [
      imageKey({ kind: "oci", name: NAME }),
      {
        ...STORED,
        size: 1,
        diskSize: 1,
        passwd: "",
        group: "",
        config: { ...NO_IMAGE_CONFIG, environment: [`A=${SECRET}`] },
      },
    ],
  ]),
};

const exec = { command: ["/bin/check", SECRET] };
const httpGet = { port: 80, path: `/${SECRET}`, httpHeaders: [{ name: "Authorization", value: SECRET }] };

/** Each place in which the author of a pod may write a secret. */
const PLACES: readonly (readonly [string, Partial<Container>])[] = [
  ["command", { command: ["/bin/app", SECRET] }],
  ["args", { command: ["/bin/app"], args: [SECRET] }],
  ["env", { env: [{ name: "PASSWORD", value: SECRET }] }],
  ["a variable in an argument", { env: [{ name: "PASSWORD", value: SECRET }], args: ["$(PASSWORD)"] }],
  ["postStart.exec", { lifecycle: { postStart: { exec } } }],
  ["preStop.exec", { lifecycle: { preStop: { exec } } }],
  ["postStart.httpGet", { lifecycle: { postStart: { httpGet } } }],
  ["preStop.httpGet", { lifecycle: { preStop: { httpGet } } }],
  ["livenessProbe.exec", { livenessProbe: { exec } }],
  ["readinessProbe.httpGet", { readinessProbe: { httpGet } }],
];

describe.each([
  ["the host's files", "host"],
  ["an image", "app:1"],
])("a container on %s", (_, image) => {
  test.each(PLACES)("has the secret of %s in no file that others can read", (__, change) => {
    const own = pod({ containers: [container({ image, ...change })] });
    const { containers, auxiliaryUnits, files } = runnable(own, {
      config: { ...CONFIG, imagePulls: "allow" },
      images: IMAGES,
    });
    expect(containers[0]?.unit).toBeDefined();
    const units = [...containers.flatMap(({ unit }) => unit ?? []), ...auxiliaryUnits].map(({ text }) => text);
    expect(units.filter((text) => text.includes(SECRET))).toEqual([]);
    const holding = files.filter(({ text }) => text.includes(SECRET));
    expect(holding).not.toEqual([]);
    expect(holding.filter(({ mode }) => mode !== undefined && (mode & 0o077) !== 0)).toEqual([]);
  });
});
