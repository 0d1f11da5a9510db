import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Names = typeof import("../../../src/io/images/image-names.ts");
type Reference = typeof import("../../../src/model/image/image-reference.ts");
type ImageKey = typeof import("../../../src/unitfile/image-names.ts");
type Node = typeof import("node:fs");

describe.skipIf(!canMount)("the files of an image", () => {
  test("get a name by digest though the tag means another image, for more and more credentials", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { nameImage, nameTree } = await load<Names>("src/io/images/image-names.ts");
      const { parseImage } = await load<Reference>("src/model/image/image-reference.ts");
      const { imageKey } = await load<ImageKey>("src/unitfile/image-names.ts");
      const { existsSync, mkdirSync, readFileSync, writeFileSync } = await load<Node>("node:fs");
      const oci = (image: string) => {
        const reference = parseImage(image);
        if (reference.kind !== "oci") throw new Error(image);
        return reference;
      };
      const images = "/var/lib/unitlet/images";
      const [old, next] = ["a", "b"].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];
      const tag = oci("registry.example/web:v1");
      const name = oci(`registry.example/web:v1@${old}`);
      const path = `${images}/refs/${imageKey(name)}`;
      mkdirSync(`${images}/refs`, { recursive: true });
      writeFileSync(
        `${images}/refs/${imageKey(tag)}`,
        `name ${tag.name}\ndigest ${next}\nchecked 1\naccess all\nsize 5\n`,
      );
      const isNamed = nameImage(tag, name, old);
      nameTree(name, old, "all");
      const without = existsSync(path);
      mkdirSync(`${images}/trees/${"a".repeat(64)}/rootfs`, { recursive: true });
      writeFileSync(`${images}/trees/${"a".repeat(64)}/size`, "7\n");
      const texts = ["one", "two", "all", "three"].map((access) => {
        nameTree(name, old, access);
        return readFileSync(path, "utf8");
      });
      writeFileSync(
        `${images}/refs/${imageKey(tag)}`,
        `name ${tag.name}\ndigest ${old}\nchecked 1\naccess one\nsize 5\npulled 2\n`,
      );
      nameImage(tag, name, old);
      const copied = ["one", "two"].map((access) => {
        nameTree(name, old, access);
        return readFileSync(path, "utf8");
      });
      return { isNamed, without, texts, copied };
    });
    const digest = `sha256:${"a".repeat(64)}`;
    const text = (access: string) =>
      `name registry.example/web@${digest}\ndigest ${digest}\nchecked 0\naccess ${access}\nsize 7\n`;
    expect(seen).toEqual({
      ...{ isNamed: false, without: false },
      texts: [text("one"), text("two one"), text("all"), text("all")],
      copied: [
        `name registry.example/web@${digest}\ndigest ${digest}\nchecked 1\naccess one\nsize 5\npulled 2\n`,
        `name registry.example/web@${digest}\ndigest ${digest}\nchecked 1\naccess two one\nsize 7\n`,
      ],
    });
  });
});
