import { describe, expect, test } from "vitest";
import type { Container } from "../../../src/model/api/pod.ts";
import type { FailedPull, Images, StoredImage } from "../../../src/model/image/image.ts";
import { NO_IMAGES } from "../../../src/model/image/image.ts";
import type { PodDirectory } from "../../../src/model/world.ts";
import { resolveImage } from "../../../src/translate/images/resolve.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, HOST, NO_IMAGE_CONFIG, NO_REFERENCES, NOW, podOf, resolved } from "../base.ts";

const NAME = "docker.io/library/nginx:1";
const KEY = imageKey({ kind: "oci", name: NAME });
const DIGEST = `sha256:${"ab".repeat(32)}`;

const STORED: StoredImage = {
  name: NAME,
  digest: DIGEST,
  tree: "/tree",
  checkedAt: NOW,
  size: 1,
  diskSize: 2,
  config: NO_IMAGE_CONFIG,
  passwd: "",
  group: "",
};

const ANY = { ...CONFIG, imagePulls: "allow" } as const;
const images = (change: Partial<Images>): Images => ({ ...NO_IMAGES, at: NOW, ...change });
const stored = (change: Partial<StoredImage> = {}) => images({ stored: new Map([[KEY, { ...STORED, ...change }]]) });
const failed = (change: Partial<FailedPull> = {}, at = NOW) =>
  images({ at, failed: new Map([[KEY, { message: "no such image", at: NOW, count: 1, ...change }]]) });
const since = (at: number) => ({ files: new Map([["app.pull-requested", String(at)]]) }) as unknown as PodDirectory;

/** Nobody has asked for it yet. */
const NEW = { files: new Map() } as unknown as PodDirectory;

function judge(change: Partial<Container>, of: Images, directory = since(NOW), config = ANY) {
  const { pod: own, container, reference } = resolved(podOf(change), config);
  return resolveImage(
    own,
    { ...container, reference },
    { config, host: HOST, directory, references: NO_REFERENCES, images: of },
  );
}

const PULL = {
  key: KEY,
  name: NAME,
  repository: "docker.io/library/nginx",
  reserve: { bytes: 150, inodes: 50 },
  isFirst: true,
  missing: [],
};

test.for(["host", "host:1.2", "/usr/bin/sleep"])("image %s is the host's", (image) => {
  expect(judge({ image }, NO_IMAGES)).toEqual({ kind: "host" });
});

test("any image is the host's where images are ignored", () => {
  expect(judge({ image: "nginx" }, NO_IMAGES, NEW, { ...CONFIG, ignoreImages: true } as never)).toEqual({
    kind: "host",
  });
});

describe("a file by URL without a checksum", () => {
  const image = "https://example.org/root.tar";

  test("is no image", () => {
    expect(judge({ image }, NO_IMAGES)).toMatchObject({
      waits: { waiting: { reason: "InvalidImageName", message: expect.stringContaining("needs its checksum") } },
    });
  });

  test.for([
    [undefined, true],
    ["IfNotPresent", true],
    ["Always", false],
  ] as const)("is one where it is allowed, and with %s that of before is %s", ([imagePullPolicy, isTaken]) => {
    const config = { ...ANY, imageChecksums: "optional" } as const;
    const of = images({
      stored: new Map([[imageKey({ kind: "tarball", name: image }), { ...STORED, name: image, checkedAt: 0 }]]),
    });
    const policy = imagePullPolicy === undefined ? {} : { imagePullPolicy };
    expect(judge({ image, ...policy }, of, since(NOW), config as never).kind).toBe(isTaken ? "stored" : "absent");
  });
});

test("no reference", () => {
  const message = `Failed to apply default image tag "Nginx": couldn't parse image name "Nginx": invalid reference format: repository name (library/Nginx) must be lowercase`;
  expect(judge({ image: "Nginx" }, NO_IMAGES)).toEqual({
    kind: "absent",
    waits: { waiting: { reason: "InvalidImageName", message } },
  });
});

describe("an image that is there", () => {
  const there = { kind: "stored", id: `docker.io/library/nginx@${DIGEST}` };

  test.for(["IfNotPresent", "Never", undefined])("is taken with %s", (imagePullPolicy) => {
    expect(judge({ image: "nginx:1", ...(imagePullPolicy && { imagePullPolicy }) }, stored())).toMatchObject(there);
  });

  test("is taken with Always once it was asked for since the pod came", () => {
    expect(judge({ image: "nginx:1", imagePullPolicy: "Always" }, stored(), since(NOW - 1000))).toMatchObject(there);
  });

  test("is asked for with Always when it was before the pod came", () => {
    const verdict = judge({ image: "nginx:1", imagePullPolicy: "Always" }, stored({ checkedAt: NOW - 1 }));
    expect(verdict).toEqual({ kind: "absent", waits: { pull: PULL } });
  });

  test("is asked for with Always when the pod has just come", () => {
    const verdict = judge({ image: "nginx:1", imagePullPolicy: "Always" }, stored(), NEW);
    expect(verdict).toEqual({ kind: "absent", waits: { pull: PULL } });
  });
});

describe("an image that is not there", () => {
  const absent = (reason: string, message: string) => ({ kind: "absent", waits: { waiting: { reason, message } } });

  test("is pulled", () => {
    expect(judge({ image: "nginx:1" }, images({}))).toEqual({ kind: "absent", waits: { pull: PULL } });
  });

  test("is latest without a tag, which is always asked for", () => {
    const name = "docker.io/library/nginx:latest";
    const of = images({ stored: new Map([[imageKey({ kind: "oci", name }), { ...STORED, name, checkedAt: 0 }]]) });
    expect(judge({ image: "nginx" }, of)).toMatchObject({ kind: "absent", waits: { pull: { name } } });
  });

  test("is never pulled with Never", () => {
    expect(judge({ image: "nginx:1", imagePullPolicy: "Never" }, images({}))).toEqual(
      absent("ErrImageNeverPull", 'Container image "nginx:1" is not present with pull policy of Never'),
    );
  });

  test("is not pulled where nothing is", () => {
    const config = { ...CONFIG, imagePulls: "deny" } as never;
    expect(judge({ image: "nginx:1" }, images({}), NEW, config)).toEqual(
      absent(
        "ErrImagePull",
        'image "nginx:1" cannot be pulled: this node runs programs on its own files. Set image to "host" or to the absolute path of a program, or set imagePulls = allow in /etc/unitlet/unitlet.conf',
      ),
    );
  });

  test("cannot be pulled without the tools", () => {
    expect(judge({ image: "nginx:1" }, images({ missingTools: ["skopeo", "crun"] }))).toEqual(
      absent(
        "ErrImagePull",
        'image "nginx:1" cannot be pulled: this node has no skopeo, crun. Install the distribution\'s packages of these names there, or set image to "host" or to the absolute path of a program',
      ),
    );
  });

  const pause = {
    reason: "ImagePullBackOff",
    message: 'Back-off pulling image "nginx:1": ErrImagePull: no such image',
  };

  test("has just failed", () => {
    expect(judge({ image: "nginx:1" }, failed())).toEqual(absent("ErrImagePull", "no such image"));
  });

  test.for([
    [1, 9999],
    [2, 19_999],
    [3, 39_999],
    [6, 299_999],
    [60, 299_999],
  ] as const)("after %i failures waits for %i ms", ([count, later]) => {
    expect(judge({ image: "nginx:1" }, failed({ count }, NOW + later))).toEqual({
      kind: "absent",
      waits: { waiting: pause },
    });
    expect(judge({ image: "nginx:1" }, failed({ count }, NOW + later + 1))).toEqual({
      kind: "absent",
      waits: { waiting: pause, pull: { ...PULL, isFirst: false, failures: count } },
    });
  });

  test("is pulled at once for a pod that came after the failure", () => {
    expect(judge({ image: "nginx:1" }, failed(), since(NOW + 1))).toEqual({ kind: "absent", waits: { pull: PULL } });
  });
});

test("what no pod names is no trouble", () => {
  const { pod: own, container, reference } = resolved(podOf({ image: "nginx:1" }));
  const context = { config: ANY, host: HOST, references: NO_REFERENCES };
  expect(resolveImage(own, { ...container, reference }, context)).toMatchObject({ kind: "absent" });
});
