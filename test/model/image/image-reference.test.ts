import { describe, expect, test } from "vitest";
import { parseImage } from "../../../src/model/image/image-reference.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

test.for(["host", "host:1.2"])("image %s is the host's", (image) => {
  expect(parseImage(image)).toEqual({ kind: "host" });
});

test.for(["/usr/bin/sleep", "/"])("image %s is a program of the host", (program) => {
  expect(parseImage(program)).toEqual({ kind: "host", program });
});

test.for([
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.25", "docker.io/library/nginx:1.25"],
  ["grafana/grafana:10", "docker.io/grafana/grafana:10"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["index.docker.io/library/nginx", "docker.io/library/nginx:latest"],
  ["hosts/app:1", "docker.io/hosts/app:1"],
  ["quay.io/a/b/c:v1", "quay.io/a/b/c:v1"],
  ["localhost/app", "localhost/app:latest"],
  ["127.0.0.1:5000/app", "127.0.0.1:5000/app:latest"],
  ["[::1]:5000/app:1", "[::1]:5000/app:1"],
  ["Registry/app", "Registry/app:latest"],
  ["a__b/c-d.e_f:T.a-g_1", "docker.io/a__b/c-d.e_f:T.a-g_1"],
  [`nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
  [`nginx:1.25@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
] as const)("image %s means %s", ([image, name]) => {
  expect(parseImage(image)).toMatchObject({ kind: "oci", name });
});

test("a reference taken apart", () => {
  expect(parseImage("registry.example.com:8443/team/app:v2")).toEqual({
    kind: "oci",
    registry: "registry.example.com:8443",
    repository: "registry.example.com:8443/team/app",
    tag: "v2",
    name: "registry.example.com:8443/team/app:v2",
  });
});

describe("what is no reference", () => {
  test.for([
    "",
    " nginx",
    "nginx:",
    "nginx:a b",
    "./app",
    "a//b",
    "a/b/",
    "-a",
    "nginx@sha256:12",
    "ngi$nx",
    "nginx@",
    "a@b@c",
  ])("%j", (image) => {
    expect(parseImage(image)).toEqual({ kind: "invalid", because: "invalid reference format" });
  });

  test("upper case in a repository", () => {
    expect(parseImage("team/App")).toEqual({
      kind: "invalid",
      because: "invalid reference format: repository name (team/App) must be lowercase",
    });
  });

  test("a digest alone", () => {
    expect(parseImage("0123456789abcdef".repeat(4))).toMatchObject({ kind: "invalid" });
  });

  test("a name that is too long", () => {
    expect(parseImage(`quay.io/${"a".repeat(250)}`)).toEqual({
      kind: "invalid",
      because: "repository name must not be more than 255 characters",
    });
  });
});

describe("a file by URL", () => {
  const sum = "0123456789abcdef".repeat(4);

  test.for(["root.tar.gz", "root.tgz", "root.tar.xz", "root.tar.zst", "root.tar", "root.tar.gz?token=x"])(
    "%s",
    (file) => {
      const url = `https://example.org/${file}`;
      expect(parseImage(`${url}#sha256=${sum}`)).toEqual({
        kind: "tarball",
        name: `${url}#sha256=${sum}`,
        url,
        sha256: sum,
      });
    },
  );

  test("without a checksum", () => {
    const url = "https://example.org/root.tar.gz";
    expect(parseImage(url)).toEqual({ kind: "tarball", name: url, url });
  });

  test.for([
    ["https://example.org/root.tar.gz#", "a file needs its checksum: append #sha256= and 64 hex digits"],
    ["https://example.org/root.tar.gz#sha256=12", "a file needs its checksum: append #sha256= and 64 hex digits"],
    [`https://example.org/root.zip#sha256=${sum}`, "a file is a .tar, .tar.gz, .tar.xz or .tar.zst"],
    [`http://example.org/root.tar#sha256=${sum}`, "a file is fetched by https only"],
    [`https://example.org/a b.tar#sha256=${sum}`, "a file is fetched by https only"],
  ] as const)("%s is none", ([image, because]) => {
    expect(parseImage(image)).toEqual({ kind: "invalid", because });
  });
});
