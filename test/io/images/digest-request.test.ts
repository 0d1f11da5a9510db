import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type PullFiles = typeof import("../../../src/io/images/pull-files.ts");
type ImageKey = typeof import("../../../src/unitfile/image-names.ts");
type Node = typeof import("node:fs");

describe.skipIf(!canMount)("a request for a digest", () => {
  test("leaves nothing, and keeps what an interrupted pull of the image has fetched", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { removeDigestRequest, writeDigestRequest } = await load<PullFiles>("src/io/images/pull-files.ts");
      const { digestKey, imageKey } = await load<ImageKey>("src/unitfile/image-names.ts");
      const { mkdirSync, readdirSync, writeFileSync } = await load<Node>("node:fs");
      const name = "registry.example/web:v1";
      const image = imageKey({ kind: "oci", name });
      const temporary = "/var/lib/unitlet/images/tmp";
      const part = `part.${image.slice(image.lastIndexOf("_") + 1)}.`;
      mkdirSync(`${temporary}/${part}/sha256`, { recursive: true });
      writeFileSync(`${temporary}/${part}/sha256/${"a".repeat(64)}`, "half");
      const key = digestKey(image);
      const reserve = { bytes: 0, inodes: 0 };
      const pull = { key, name, repository: "registry.example/web", reserve, isFirst: true, missing: [], auth: "{}" };
      writeDigestRequest(pull);
      const during = readdirSync(`${temporary}/${key}/fetch/blobs/sha256`);
      removeDigestRequest(pull);
      const left = [...readdirSync(temporary), ...readdirSync("/run/unitlet/images")];
      const blobs = readdirSync(`${temporary}/${part}/sha256`);
      return { during, left: left.map((each) => (each === part ? "part" : each)), blobs };
    });
    expect(seen).toEqual({ during: [], left: ["part"], blobs: ["a".repeat(64)] });
  });
});
