import { describe, expect, test } from "vitest";
import { parseImage } from "../../../src/model/image/image-reference.ts";

const SUM = "ab".repeat(32);

describe("a package", () => {
  test.for([
    ["deb://nginx", { package: "nginx" }],
    ["deb://g++", { package: "g++" }],
    ["deb://libstdc++6=12.2.0-14+deb12u1", { package: "libstdc++6", version: "12.2.0-14+deb12u1" }],
    ["deb://redis-server=5:7.0.15-1~deb12u1", { package: "redis-server", version: "5:7.0.15-1~deb12u1" }],
    [`https://example.org/x.deb#sha256=${SUM}`, { url: "https://example.org/x.deb", sha256: SUM }],
    [`https://example.org/x.deb?t=1#sha256=${SUM}`, { url: "https://example.org/x.deb?t=1", sha256: SUM }],
  ] as const)("%s", ([image, parts]) => {
    expect(parseImage(image)).toEqual({ kind: "deb", name: image, ...parts });
  });

  test.for([
    // Words that apt-get would take for another wish.
    ["deb://-y", '"-y" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://nginx-", '"nginx-" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://nginx --allow", '"nginx --allow" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://../x.deb", '"../x.deb" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://", '"" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://Nginx", '"Nginx" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://nginx\npackage x", '"nginx\npackage x" is no name of a package: expected deb://NAME or deb://NAME=VERSION'],
    ["deb://nginx=", '"" is no version of a package'],
    ["deb://nginx=stable", '"stable" is no version of a package'],
    ["deb://nginx=1 bash", '"1 bash" is no version of a package'],
    ["https://example.org/x.deb", "a file needs its checksum: append #sha256= and 64 hex digits"],
    [`http://example.org/x.deb#sha256=${SUM}`, "a file is fetched by https only"],
  ] as const)("not %j", ([image, because]) => {
    expect(parseImage(image)).toEqual({ kind: "invalid", because });
  });
});
