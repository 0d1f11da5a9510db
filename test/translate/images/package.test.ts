import { describe, expect, test } from "vitest";
import type { Container, ContainerStatus } from "../../../src/model/api/pod.ts";
import type { Config } from "../../../src/model/host/config.ts";
import type { InstalledDeb, Packages } from "../../../src/model/image/deb.ts";
import { type Images, NO_IMAGES } from "../../../src/model/image/image.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, NOW, pod, runnable, UID } from "../base.ts";

const DEB: InstalledDeb = {
  ...{ package: "jq", version: "1.6", architecture: "amd64", checkedAt: NOW - 1000, size: 1 },
  ...{ services: [], directories: [] },
};
const FILE = `https://me:secret@example.org/x.deb#sha256=${"ab".repeat(32)}`;

interface Given {
  readonly image?: string;
  readonly policy?: string;
  readonly config?: Partial<Config>;
  readonly deb?: InstalledDeb;
  readonly supported?: boolean;
  readonly hasRun?: boolean;
}

function judged({ image = "deb://jq", policy, config, deb, supported = true, hasRun = false }: Given) {
  const installed = new Map(deb ? [[imageKey({ kind: "deb", name: image }), deb]] : []);
  const debs: Packages = { supported, installed, passwd: "", group: "" };
  const images: Images = { ...NO_IMAGES, at: NOW, debs };
  const change: Partial<Container> = { image, command: ["jq"], ...(policy && { imagePullPolicy: policy }) };
  const directory = {
    uid: UID,
    histories: new Map(),
    volumes: new Map(),
    files: new Map([["app.pull-requested", String(NOW)]]),
  };
  const ran = { name: "app", image, containerID: "systemd://0" } as ContainerStatus;
  const own = { ...pod({ containers: [container(change)] }), ...(hasRun && { status: { containerStatuses: [ran] } }) };
  return runnable(own, { config: { ...CONFIG, imagePulls: "allow", ...config }, images, directory }).containers[0];
}

describe("a package that is there", () => {
  test.for([undefined, "IfNotPresent", "Never"] as const)("is good, with %s", (policy) => {
    expect(judged({ deb: DEB, ...(policy && { policy }) })?.image?.id).toBe("deb://jq:amd64=1.6");
  });

  test("is asked for anew with Always, once", () => {
    expect(judged({ deb: DEB, policy: "Always" })?.pull?.deb?.anew).toBe(true);
    expect(judged({ deb: { ...DEB, checkedAt: NOW }, policy: "Always" })?.image?.id).toBe("deb://jq:amd64=1.6");
  });

  test("is not asked for anew by what has run on it, as after a boot", () => {
    expect(judged({ deb: DEB, policy: "Always", hasRun: true })?.image?.id).toBe("deb://jq:amd64=1.6");
  });

  test("in the version that is asked for, needs no newer one", () => {
    expect(judged({ image: "deb://jq=1.6", deb: DEB, policy: "Always" })?.image?.id).toBe("deb://jq:amd64=1.6");
  });
});

describe("a package that is not there", () => {
  test("is pulled", () => {
    expect(judged({})?.pull).toMatchObject({
      name: "deb://jq",
      key: expect.stringMatching(/^deb-jq_[0-9a-f]+$/),
      deb: { reference: { package: "jq" }, anew: false },
    });
  });

  test.for([
    [{ policy: "Never" }, "ErrImageNeverPull", "not present with pull policy of Never"],
    [{ supported: false }, "ErrImagePull", "this node's distribution has no apt-get"],
    [{ config: { packages: "off" } }, "ErrImagePull", "while packages is off"],
    [{ config: { imagePulls: "deny" } }, "ErrImagePull", "with imagePulls = deny in /etc/unitlet/unitlet.conf"],
    [{ image: FILE }, "ErrImagePull", "that file is not signed"],
  ] as const)("%j: %s", ([given, reason, words]) => {
    expect(judged(given)?.waiting).toEqual({ reason, message: expect.stringContaining(words) });
  });

  test("its file's password is nobody's business", () => {
    expect(judged({ image: FILE })?.waiting?.message).not.toContain("secret");
    expect(judged({ image: FILE, config: { packages: "any" } })?.pull).toMatchObject({
      repository: `https://example.org/x.deb#sha256=${"ab".repeat(32)}`,
    });
  });
});

test("a package is no volume", () => {
  const volumes = [{ name: "v", image: { reference: "deb://jq" } }];
  const mounts = [{ name: "v", mountPath: "/v" }];
  const own = pod({ containers: [container({ volumeMounts: mounts })], volumes });
  const waiting = runnable(own, { config: { ...CONFIG, imagePulls: "allow" } }).containers[0]?.waiting;
  expect(waiting).toMatchObject({
    reason: "InvalidImageName",
    message: expect.stringContaining("a package is no volume"),
  });
});
