import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/systemd/unloadable.ts");
type Instances = typeof import("../../../src/io/systemd/instance-files.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("units that systemd has refused to load", () => {
  test("are known for a minute, and forgotten when it has loaded them", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readUnloadable, writeUnloadable } = await load<Subject>("src/io/systemd/unloadable.ts");
      const name = "unitlet.shop.web.main.service" as Parameters<typeof writeUnloadable>[0][number];
      const now = Date.now();
      const before = [...readUnloadable(now)];
      writeUnloadable([name]);
      const after = [now, now + 59_000, now + 62_000, now - 62_000].map((at) => [...readUnloadable(at)]);
      writeUnloadable([]);
      return [before, ...after, [...readUnloadable(now)]];
    });
    const name = "unitlet.shop.web.main.service";
    expect(seen).toEqual([[], [name], [name], [], [], []]);
  });
});

describe.skipIf(!canMount)("what changes an instance of a template of the agent", () => {
  test("is found wherever it is and removed; settings of the template and of others stay", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readInstanceFiles, removeInstanceFiles } = await load<Instances>("src/io/systemd/instance-files.ts");
      const { mkdirSync, readdirSync, symlinkSync, writeFileSync } = await load<Fs>("node:fs");
      const etc = "/etc/systemd/system";
      mkdirSync("/run/systemd/system", { recursive: true });
      symlinkSync("/dev/null", `${etc}/unitlet-log@uid.main.socket`);
      symlinkSync("/dev/null", "/run/systemd/system/unitlet-probe@10.timer");
      for (const name of ["unitlet-log@uid.main.service.d", "unitlet-log@.service.d", "other@x.service.d"]) {
        mkdirSync(`${etc}/${name}`);
        writeFileSync(`${etc}/${name}/a.conf`, "");
      }
      const [all, masks] = [readInstanceFiles("remove"), readInstanceFiles("keep")];
      removeInstanceFiles(all);
      return { all, masks, left: readdirSync(etc) };
    });
    const masks = ["/etc/systemd/system/unitlet-log@uid.main.socket", "/run/systemd/system/unitlet-probe@10.timer"];
    expect(seen).toEqual({
      all: ["/etc/systemd/system/unitlet-log@uid.main.service.d", ...masks],
      masks,
      left: ["other@x.service.d", "unitlet-log@.service.d"],
    });
  });
});
