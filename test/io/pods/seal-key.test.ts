import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/seal.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("the key of sealed copies", () => {
  test("takes the copies with it when nothing of it is left", async () => {
    const left = await onEmptyHost(async (load) => {
      const { keepKey, sealedDirectory } = await load<Subject>("src/io/pods/seal.ts");
      const { existsSync, mkdirSync } = await load<Fs>("node:fs");
      mkdirSync(sealedDirectory("a"), { recursive: true });
      keepKey();
      return existsSync(sealedDirectory("a"));
    });
    expect(left).toBe(false);
  });
});
