import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Claims = typeof import("../../../src/io/volumes/claims.ts");
type Fs = typeof import("node:fs");

test.skipIf(!canMount)(
  "a claim is made once, listed by its name, and deleted without what its links name",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { deleteClaim, hasClaim, makeClaim, readClaims } = await load<Claims>("src/io/volumes/claims.ts");
      const { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } =
        await load<Fs>("node:fs");
      const root = "/var/lib/unitlet/claims";
      const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);
      makeClaim(`${root}/shop/data`);
      const modes = [mode(root), mode(`${root}/shop`), mode(`${root}/shop/data`)];
      chmodSync(`${root}/shop/data`, 0o2770);
      makeClaim(`${root}/shop/data`);
      mkdirSync("/run/precious");
      writeFileSync("/run/precious/file", "");
      symlinkSync("/run/precious", `${root}/shop/data/out`);
      mkdirSync(`${root}/shop/.deleted-1/left`, { recursive: true });
      mkdirSync(`${root}/other`);
      symlinkSync("/run/precious", `${root}/other/linked`);
      symlinkSync("/run/none", `${root}/other/lost`);
      writeFileSync(`${root}/other/notes`, "");
      const listed = readClaims();
      const used = deleteClaim({ namespace: "shop", name: "data" }, () => true);
      const stayed = readdirSync(`${root}/shop/data`);
      const unused = deleteClaim({ namespace: "shop", name: "data" }, () => false);
      return {
        ...{ modes, listed, used, stayed, unused },
        left: readdirSync(`${root}/shop`),
        precious: existsSync("/run/precious/file"),
        outside: ["..", ".", "../../../run/precious", ""].map((name) => hasClaim("shop", name)),
      };
    });
    expect(seen).toEqual({
      modes: ["700", "700", "777"],
      listed: [
        { namespace: "other", name: "linked" },
        { namespace: "shop", name: "data" },
      ],
      used: false,
      stayed: ["out"],
      unused: true,
      left: [],
      precious: true,
      outside: [false, false, false, false],
    });
  },
);
