import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/systemd/unit-files.ts");
type Kept = typeof import("../../../src/io/systemd/kept-units.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("units in /run/systemd/system", () => {
  test("have a copy for the next boot, with link and masks, and leave none", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/systemd/unit-files.ts");
      const { restoreKeptUnits } = await load<Kept>("src/io/systemd/kept-units.ts");
      const { mkdirSync, rmSync } = await load<Fs>("node:fs");
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      const directory = "/run/systemd/system";
      const find = (...paths: readonly string[]) =>
        execFileSync("find", [...paths, "!", "-type", "d", "-printf", "%p %m %l\n"], { encoding: "utf8" })
          .split("\n")
          .toSorted();
      const where = ["/run", "/etc/systemd/system", "/var/lib/unitlet"];
      mkdirSync("/var/lib/unitlet");
      mkdirSync(directory, { recursive: true });
      subject.writeUnit(name, { text: "text", dropIns: [], masks: ["10-all.conf"], directory });
      subject.linkUnit(name, directory);
      const written = find(...where);
      for (const path of [directory, "/run/unitlet"]) rmSync(path, { recursive: true, force: true });
      mkdirSync(directory);
      restoreKeptUnits({ error: () => undefined, warning: () => undefined, notice: () => undefined });
      const restored = find(...where);
      // Only a boot brings them back.
      rmSync(`${directory}/${name}`);
      restoreKeptUnits({ error: () => undefined, warning: () => undefined, notice: () => undefined });
      const removed = find(`${directory}`);
      subject.removeUnit(name);
      rmSync("/run/unitlet", { recursive: true });
      return { written, restored, removed, left: find(...where) };
    });
    const files = (place: string) => [
      `${place}/multi-user.target.wants/unitlet.shop.web.main.service 777 ../unitlet.shop.web.main.service`,
      `${place}/unitlet.shop.web.main.service 644 `,
      `${place}/unitlet.shop.web.main.service.d/10-all.conf 777 /dev/null`,
    ];
    const written = ["", ...files("/run/systemd/system"), ...files("/var/lib/unitlet/units")];
    expect(seen).toMatchObject({
      written,
      restored: [
        "",
        ...files("/run/systemd/system"),
        "/run/unitlet/units-restored 600 ",
        ...files("/var/lib/unitlet/units"),
      ],
    });
    expect(seen.removed).not.toContain("/run/systemd/system/unitlet.shop.web.main.service 644 ");
    expect(seen.left).toEqual([""]);
  });

  test("that cannot be put back are told, and keep no other from it, until the next run", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { restoreKeptUnits } = await load<Kept>("src/io/systemd/kept-units.ts");
      const { existsSync, mkdirSync, rmSync, writeFileSync } = await load<Fs>("node:fs");
      const [copies, directory] = ["/var/lib/unitlet/units", "/run/systemd/system"];
      const [first, second] = ["unitlet.shop.web.a.service", "unitlet.shop.web.b.service"];
      for (const path of [copies, `${directory}/${first}`, "/run/unitlet"]) mkdirSync(path, { recursive: true });
      for (const name of [first, second]) writeFileSync(`${copies}/${name}`, "text");
      const said: string[] = [];
      const say = (message: string) => void said.push(message);
      const log = { error: say, warning: say, notice: say };
      const restore = () => {
        restoreKeptUnits(log);
        return [`${directory}/${second}`, "/run/unitlet/units-restored"].map((path) => existsSync(path));
      };
      const before = [restore(), restore()];
      rmSync(`${directory}/${first}`, { recursive: true });
      return { before, after: restore(), said };
    });
    expect(seen).toEqual({
      before: [
        [true, false],
        [true, false],
      ],
      after: [true, true],
      said: ["cannot put back units of pods after the boot", "all units of pods are back after the boot"],
    });
  });

  test("have the limits of their journals again after a boot, and a removed journal has none", async () => {
    const seen = await onEmptyHost(async (load) => {
      const journals = await load<typeof import("../../../src/io/journal/journals.ts")>("src/io/journal/journals.ts");
      const { restoreKeptUnits } = await load<Kept>("src/io/systemd/kept-units.ts");
      const { readdirSync, rmSync } = await load<Fs>("node:fs");
      const directory = "/run/systemd/system";
      const boot = () => {
        for (const path of ["/run/systemd", "/run/unitlet"]) rmSync(path, { recursive: true, force: true });
        restoreKeptUnits({ error: () => undefined, warning: () => undefined, notice: () => undefined });
        return ["shop", "db"].map((namespace) => journals.readJournals(directory).get(namespace)?.settings);
      };
      for (const namespace of ["shop", "db"]) journals.writeJournalSettings(namespace, `of ${namespace}`, directory);
      const booted = boot();
      journals.removeJournal("db");
      return { booted, removed: boot(), copies: readdirSync("/var/lib/unitlet/units") };
    });
    expect(seen).toEqual({
      booted: ["of shop", "of db"],
      removed: ["of shop", null],
      copies: ["journald@unitlet.shop.conf"],
    });
  });

  test("settings that an administrator has for a journal are no journal, and stay", async () => {
    const seen = await onEmptyHost(async (load) => {
      const journals = await load<typeof import("../../../src/io/journal/journals.ts")>("src/io/journal/journals.ts");
      const { mkdirSync, readdirSync, writeFileSync } = await load<Fs>("node:fs");
      const [directory, own] = ["/run/systemd/system", "/run/systemd/journald@unitlet.shop.conf.d"] as const;
      const known = () => [...journals.readJournals(directory)].map(([namespace]) => namespace);
      mkdirSync(own, { recursive: true });
      writeFileSync(`${own}/20-own.conf`, "");
      const before = known();
      journals.writeJournalSettings("shop", "text", directory);
      const written = known();
      journals.removeJournal("shop");
      return { before, written, after: known(), left: readdirSync(own) };
    });
    expect(seen).toEqual({ before: [], written: ["shop"], after: [], left: ["20-own.conf"] });
  });

  test("of which only the copy is left belong to their pod, and can be removed", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/systemd/unit-files.ts");
      const { existsSync, rmSync } = await load<Fs>("node:fs");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      const [directory, copy] = ["/run/systemd/system", `/var/lib/unitlet/units/${name}`] as const;
      const text = "[X-Kubernetes]\nNamespace=shop\nPod=web\nPodUID=1\nContainer=main\nKind=container\nSpecHash=2\n";
      subject.writeUnit(name, { text, dropIns: [], directory });
      rmSync(`${directory}/${name}`);
      const read = () => subject.readUnits(new Map(), { dropIns: "remove", unitDirectory: directory }).get(name);
      const units = [read()];
      subject.removeUnit(name);
      return [...units, existsSync(copy), read() ?? "none"];
    });
    const identity = {
      namespace: "shop",
      pod: "web",
      podUID: "1",
      container: "main",
      kind: "container",
      specHash: "2",
    };
    const unit = { name: "unitlet.shop.web.main.service", dropIns: [], linked: false, misplaced: true, identity };
    expect(seen).toEqual([unit, false, "none"]);
  });
});
