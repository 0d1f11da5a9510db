import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/systemd/unit-files.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("units that belong in another directory than the one they are in", () => {
  test("are linked at every moment of a move, so that a run that is killed loses no link", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/systemd/unit-files.ts");
      const { existsSync, mkdirSync } = await load<Fs>("node:fs");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      const directories = ["/etc/systemd/system", "/run/systemd/system"] as const;
      mkdirSync("/run/systemd/system", { recursive: true });
      const links = () =>
        [...directories, "/var/lib/unitlet/units"].map((place) =>
          existsSync(`${place}/multi-user.target.wants/${name}`) ? 1 : 0,
        );
      const [etc, run] = directories;
      subject.writeUnit(name, { text: "text", dropIns: [] });
      subject.linkUnit(name, etc);
      subject.writeUnit(name, { text: "text", dropIns: [], directory: run });
      const moved = links();
      subject.writeUnit(name, { text: "text", dropIns: [], directory: etc });
      const back = links();
      subject.unlinkUnit(name);
      subject.writeUnit(name, { text: "text", dropIns: [], directory: run });
      return [moved, back, links()];
    });
    expect(seen).toEqual([
      [0, 1, 1],
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("are misplaced in the other directory, and are moved with links and masks", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/systemd/unit-files.ts");
      const { existsSync, mkdirSync } = await load<Fs>("node:fs");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      mkdirSync("/run/systemd/system", { recursive: true });
      const directories = ["/etc/systemd/system", "/run/systemd/system", "/var/lib/unitlet/units"];
      const look = (unitDirectory: "/etc/systemd/system" | "/run/systemd/system") => {
        const paths = directories.flatMap((place) => [
          `${place}/${name}`,
          `${place}/${name}.d`,
          `${place}/multi-user.target.wants/${name}`,
        ]);
        return {
          unit: subject.readUnits(new Map(), { dropIns: "remove", unitDirectory }).get(name),
          files: paths.map((path) => (existsSync(path) ? 1 : 0)).join(""),
        };
      };
      const write = (directory: "/etc/systemd/system" | "/run/systemd/system") => {
        subject.writeUnit(name, { text: "text", dropIns: [], masks: ["10-all.conf"], directory });
        subject.linkUnit(name, directory);
      };
      write("/etc/systemd/system");
      const before = look("/run/systemd/system");
      write("/run/systemd/system");
      const after = look("/run/systemd/system");
      const back = look("/etc/systemd/system");
      write("/etc/systemd/system");
      return [before, after, back, look("/etc/systemd/system")];
    });
    const unit = { name: "unitlet.shop.web.main.service", dropIns: [], masks: ["10-all.conf"], linked: true };
    expect(seen).toEqual([
      { unit: { ...unit, misplaced: true, text: "text" }, files: "111000000" },
      { unit: { ...unit, text: "text" }, files: "000111111" },
      { unit: { ...unit, misplaced: true, text: "text" }, files: "000111111" },
      { unit: { ...unit, text: "text" }, files: "111000000" },
    ]);
  });
});
