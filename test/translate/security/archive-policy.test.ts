import { expect, test } from "vitest";
import type { Config } from "../../../src/model/host/config.ts";
import { NO_IMAGES } from "../../../src/model/image/image.ts";
import type { Translation } from "../../../src/model/translation.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, HOST, NO_IMAGE_CONFIG, podOf, translate } from "../base.ts";

const IMAGE = `https://example.org/root.tar#sha256=${"0a".repeat(32)}`;
const PROBE = {
  ...{ present: new Set<string>(), hosts: "", resolvConf: "", landlockABI: 7 },
  ...{ users: new Map([["root", { uid: 0, gid: 0 }]]), groups: new Map([["shadow", 42]]) },
};

/** Translates a pod on an archive that is on this host, perhaps one with files below /usr alone. */
function translated(isLaidOverHost: boolean, runAsGroup: number, policy: Partial<Config>): Translation {
  const each = {
    name: IMAGE,
    digest: "sha256:0",
    tree: "/t",
    checkedAt: 0,
    size: 1,
    diskSize: 1,
    config: NO_IMAGE_CONFIG,
  };
  const stored = { ...each, isLaidOverHost, passwd: "", group: "" };
  return translate(podOf({ image: IMAGE, securityContext: { runAsUser: 4321, runAsGroup } }), {
    config: { ...CONFIG, imagePulls: "allow", ...policy },
    host: { ...HOST, confinementProbe: PROBE },
    images: { ...NO_IMAGES, stored: new Map([[imageKey({ kind: "tarball", name: IMAGE }), stored]]) },
  });
}

test.each([
  ["laid over the host's files", true, "rejected"],
  ["with files of its own", false, "runnable"],
] as const)("an archive %s: %s → %s", (_, isLaidOverHost, kind) => {
  expect(translated(isLaidOverHost, 4321, { hostFiles: [] }).kind).toBe(kind);
});

test("an archive that is laid over the host's files opens its /etc/shadow to no group", () => {
  expect(translated(true, 42, { hostAccounts: [] })).toMatchObject({
    message: expect.stringContaining("which is group shadow of the host"),
  });
});
