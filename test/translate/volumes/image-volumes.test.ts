import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { Volume } from "../../../src/model/api/volume.ts";
import { type Images, NO_IMAGES, type StoredImage } from "../../../src/model/image/image.ts";
import type { PodDirectory } from "../../../src/model/world.ts";
import type { TranslateContext } from "../../../src/translate/context.ts";
import { imageKeys } from "../../../src/translate/images/reference.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, NOW, pod, runnable, runOption, UID, waiting } from "../base.ts";

const HEX = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const NAME = "docker.io/library/files:1";
const PATH = `/run/unitlet/pods/${UID}/images/v/${HEX}`;
const TREE = `/var/lib/unitlet/images/trees/${HEX}/rootfs`;
const STORED = { name: NAME, digest: `sha256:${HEX}`, tree: TREE, checkedAt: NOW } as StoredImage;

const mounting = (image: Volume["image"], change: object = {}): Pod =>
  pod({
    volumes: [{ name: "v", image }],
    containers: [container({ volumeMounts: [{ name: "v", mountPath: "/srv", ...change }] })],
  } as object);
const FILES = mounting({ reference: "files:1" });

const images = (change: Partial<Images> = {}): Images => ({ ...NO_IMAGES, at: NOW, ...change });
const stored = (change: Partial<StoredImage> = {}) =>
  images({ stored: new Map([[imageKey({ kind: "oci", name: NAME }), { ...STORED, ...change }]]) });
const context = (of: Images, change: Partial<TranslateContext> = {}) => ({
  ...{ config: { ...CONFIG, imagePulls: "allow" as const }, images: of },
  ...change,
});
const directory = (change: Partial<PodDirectory>) => ({
  directory: { uid: UID, histories: new Map(), files: new Map(), volumes: new Map(), ...change },
});
const asked = directory({ files: new Map([["v.volume.pull-requested", String(NOW)]]) });

function service(of: Pod, given: Partial<TranslateContext>) {
  const [only] = runnable(of, given).containers;
  const { Unit = {}, Service = {} } = decodeUnit(only?.unit?.text ?? "");
  return { ...Unit, ...Service };
}

describe("an image that is here", () => {
  test("is mounted once for the pod, for reading, and from there into its containers", () => {
    const { storage, imageVolumes, files } = runnable(FILES, context(stored()));
    expect(storage).toEqual([{ kind: "image", path: PATH, tree: TREE }]);
    expect(imageVolumes).toEqual([
      { volume: "v", reference: "files:1", digest: `sha256:${HEX}`, stored: { ...STORED } },
    ]);
    expect(files.map(({ name }) => name)).not.toContain("v.volume.pull-requested");
    const unit = service(FILES, context(stored()));
    expect(runOption(unit.ExecStart?.[0] ?? "", "--bind", 3)).toContain(`ro,private,nosuid,nodev ${PATH} /srv`);
    expect(unit.ConditionPathIsMountPoint).toEqual([PATH]);
  });

  test("gives a path of its own, which is never made", () => {
    const { files } = runnable(mounting({ reference: "files:1" }, { subPath: "etc/app" }), context(stored()));
    expect(files.find(({ name }) => name === "app.subpaths")?.text).toBe(
      ["0", "v", PATH, "etc/app", "0", "etc/app", ""].join("\0"),
    );
  });

  test("stays what it was for as long as the pod does", () => {
    const held = directory({ storage: new Set([PATH]) });
    const moved = { digest: `sha256:${OTHER}` };
    const { storage, imageVolumes } = runnable(FILES, context(stored(moved), held));
    expect(storage).toEqual([{ kind: "image", path: PATH, tree: TREE }]);
    expect(imageVolumes).toEqual([{ volume: "v", reference: "files:1", digest: `sha256:${HEX}` }]);
    expect(waiting(FILES, context(images(), held))).toBeUndefined();
  });

  test("is asked for anew for each pod, with pullPolicy Always", () => {
    const always = mounting({ reference: "files:1", pullPolicy: "Always" });
    expect(runnable(always, context(stored({ checkedAt: NOW - 1 }), asked)).imageVolumes?.[0]?.pull).toMatchObject({
      name: NAME,
    });
    expect(runnable(always, context(stored(), asked)).imageVolumes?.[0]?.pull).toBeUndefined();
  });
});

describe("an image that was pulled with somebody's credentials", () => {
  const closed = stored({ access: ["other"] });

  test("is pulled again for a pod that has others", () => {
    expect(runnable(FILES, context(closed)).imageVolumes?.[0]?.pull).toMatchObject({ name: NAME });
  });

  test("stays that of a pod of which a container has run with it, also after a boot", () => {
    const status = { containerStatuses: [{ name: "app", containerID: "systemd://1" }] };
    const { storage } = runnable({ ...FILES, status } as unknown as Pod, context(closed));
    expect(storage).toEqual([{ kind: "image", path: PATH, tree: TREE }]);
  });
});

describe("an image that is not here", () => {
  test("is pulled, and the container waits", () => {
    const { containers, imageVolumes, files, storage } = runnable(FILES, context(images()));
    expect(imageVolumes).toEqual([
      { volume: "v", reference: "files:1", pull: expect.objectContaining({ name: NAME, isFirst: true }) },
    ]);
    expect(containers[0]).toEqual({
      ...{ name: "app", kind: "container", namesHost: true, unitName: "unitlet.shop.web.app.service" },
    });
    expect(files).toContainEqual({ name: "v.volume.pull-requested", text: String(NOW), uid: 0 });
    expect(storage).toEqual([]);
  });

  test("is pulled also when no container mounts it, and keeps none waiting", () => {
    const unmounted = pod({ volumes: [{ name: "v", image: { reference: "files:1" } }] });
    const { containers, imageVolumes } = runnable(unmounted, context(images()));
    expect(imageVolumes?.[0]?.pull).toMatchObject({ name: NAME });
    expect(containers[0]?.unit).toBeDefined();
  });

  test.for([
    [{ reference: "files:1", pullPolicy: "Never" }, "ErrImageNeverPull", "is not present with pull policy of Never"],
    [{ reference: "Files:1" }, "InvalidImageName", "repository name (library/Files) must be lowercase"],
    [{ reference: "/usr/share/doc" }, "InvalidImageName", "a volume of the host's files is a hostPath"],
  ] as const)("%j: %s", ([image, reason, words]) => {
    const [only] = runnable(mounting(image), context(images(), asked)).containers;
    expect(only).toMatchObject({ waiting: { reason }, awaits: image.reference });
    expect(only?.waiting?.message).toContain(words);
  });

  test("is told like that of a container when it cannot be pulled", () => {
    const failed = new Map([[imageKey({ kind: "oci", name: NAME }), { message: "no such image", at: NOW, count: 1 }]]);
    const at = (now: number) => context(images({ failed, at: now }), asked);
    expect(waiting(FILES, at(NOW))).toEqual({ reason: "ErrImagePull", message: "no such image" });
    expect(waiting(FILES, at(NOW + 5000))).toEqual({
      reason: "ImagePullBackOff",
      message: 'Back-off pulling image "files:1": ErrImagePull: no such image',
    });
  });

  test("cannot be had where images mean nothing", () => {
    const none = { ...context(images()), config: { ...CONFIG, ignoreImages: true as const } };
    expect(waiting(FILES, none)).toEqual({
      reason: "ErrImagePull",
      message:
        'image "files:1" cannot be pulled: this node pulls none, since ignoreImages = yes in /etc/unitlet/unitlet.conf',
    });
  });
});

test("in a container on an image's files nothing there is setuid, nothing a device", () => {
  const config = { entrypoint: ["/app"], command: [], environment: [], volumes: [] };
  const program = {
    ...STORED,
    passwd: "",
    group: "",
    config: { ...config, workingDirectory: "", user: "", stopSignal: "" },
  };
  const known = new Map([NAME, "docker.io/library/app:1"].map((name) => [imageKey({ kind: "oci", name }), program]));
  const { command: _, ...plain } = container({ image: "app:1", volumeMounts: [{ name: "v", mountPath: "/srv" }] });
  const of = pod({ volumes: [{ name: "v", image: { reference: "files:1" } }], containers: [plain] });
  const file = runnable(of, context(images({ stored: known }))).files.find(({ name }) => name === "app.json");
  expect(JSON.parse(file?.text ?? "{}").mounts).toContainEqual({
    destination: "/srv",
    type: "bind",
    source: PATH,
    options: ["rbind", "rprivate", "ro", "nosuid", "nodev"],
  });
});

test("what is to be known of a pod's volumes is known by the names of their images", () => {
  expect([...imageKeys([FILES])]).toEqual([imageKey({ kind: "oci", name: NAME })]);
});
