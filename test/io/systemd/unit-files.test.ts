import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/systemd/unit-files.ts");
type Identity = typeof import("../../../src/unitfile/identity.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("unit files", () => {
  test("are found by their file, by systemd's list or by both, with links, drop-ins and invocations", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { linkUnit, readUnits, writeUnit } = await load<Subject>("src/io/systemd/unit-files.ts");
      const { encodeOwnUnit } = await load<Identity>("src/unitfile/identity.ts");
      const { mkdirSync, symlinkSync, writeFileSync } = await load<Fs>("node:fs");
      type Name = Parameters<Subject["writeUnit"]>[0];
      const name = (pod: string) => `unitlet.shop.${pod}.main.service` as Name;
      const identity = {
        namespace: "shop",
        podUID: "u-1",
        container: "main",
        kind: "container",
        specHash: "h",
      } as const;
      const text = encodeOwnUnit({ ...identity, pod: "both" }, [["Service", [["ExecStart", "/bin/true"]]]]);
      writeUnit(name("both"), { text, dropIns: [], masks: ["10-all.conf"] });
      linkUnit(name("both"));
      linkUnit(name("both"));
      writeUnit(name("foreign"), { text: "[Service]\nExecStart=/bin/true\n", dropIns: [] });
      // What a power failure leaves of a new file, and what can be no unit of ours.
      writeFileSync(`/etc/systemd/system/${name("empty")}`, "");
      symlinkSync("/etc/passwd", `/etc/systemd/system/${name("link")}`);
      writeFileSync("/etc/systemd/system/ssh.service", "");
      mkdirSync(`/run/systemd/system/${name("both")}.d`, { recursive: true });
      writeFileSync(`/run/systemd/system/${name("both")}.d/by-hand.conf`, "");
      mkdirSync("/run/systemd/units");
      symlinkSync("0123", `/run/systemd/units/invocation:${name("both")}`);
      symlinkSync("4567", "/run/systemd/units/invocation:unitlet-sync.service");
      const state = (load: string, active: "active" | "inactive") => ({ load, active, sub: "", job: "" });
      const listing = new Map([
        [name("both"), state("loaded", "active")],
        [name("loaded"), state("not-found", "active")],
        [name("mentioned"), state("not-found", "inactive")],
      ]);
      const units = [...readUnits(listing).values()];
      return {
        units: units.map(({ text: own, ...rest }) => ({ ...rest, text: own === text ? "its own" : own })),
        keep: readUnits(listing, { dropIns: "keep", unitDirectory: "/etc/systemd/system" }).get(name("both"))?.dropIns,
      };
    });
    const unit = (pod: string, rest: object) => ({
      ...{ name: `unitlet.shop.${pod}.main.service`, dropIns: [], linked: false },
      ...rest,
    });
    expect(seen).toEqual({
      units: [
        unit("both", {
          linked: true,
          text: "its own",
          dropIns: ["/run/systemd/system/unitlet.shop.both.main.service.d/by-hand.conf"],
          masks: ["10-all.conf"],
          invocation: "0123",
          state: { load: "loaded", active: "active", sub: "", job: "" },
          identity: {
            ...{ namespace: "shop", pod: "both", podUID: "u-1", container: "main", kind: "container", specHash: "h" },
          },
        }),
        unit("empty", {}),
        unit("foreign", { text: "[Service]\nExecStart=/bin/true\n" }),
        unit("link", {}),
        unit("loaded", { state: { load: "not-found", active: "active", sub: "", job: "" } }),
      ],
      keep: [],
    });
  });

  test("can be read by everyone, whatever the umask is", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { linkUnit, writeUnit } = await load<Subject>("src/io/systemd/unit-files.ts");
      const { readlinkSync, statSync } = await load<Fs>("node:fs");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      writeUnit(name, { text: "", dropIns: [] });
      linkUnit(name);
      const wants = "/etc/systemd/system/multi-user.target.wants";
      const modes = [wants, `${wants}/${name}`].map((path) => statSync(path).mode.toString(8));
      return [...modes, readlinkSync(`${wants}/${name}`)];
    });
    expect(seen).toEqual(["40755", "100644", "../unitlet.shop.web.main.service"]);
  });

  test("lose their drop-ins when they are written, wherever these are, and leave nothing when they are removed", async () => {
    const seen = await onEmptyHost(async (load) => {
      const subject = await load<Subject>("src/io/systemd/unit-files.ts");
      const { existsSync, mkdirSync, readdirSync, writeFileSync } = await load<Fs>("node:fs");
      const name = "unitlet.shop.web.main.service" as Parameters<Subject["writeUnit"]>[0];
      // The files of this host's packages are not hidden.
      const isOwn = (directory: string) => !directory.startsWith("/usr/");
      const places = [...subject.DROP_IN_DIRECTORIES, ...subject.SHARED_DIRECTORIES].filter(isOwn);
      const dropIns = () =>
        places.map((directory) => {
          mkdirSync(`${directory}/${name}.d`, { recursive: true });
          const path = `${directory}/${name}.d/by-hand.conf`;
          writeFileSync(path, "");
          return path;
        });
      const paths = dropIns();
      subject.writeUnit(name, { text: "kept", dropIns: [] });
      const kept = paths.filter(existsSync).length;
      subject.writeUnit(name, { text: "written", dropIns: paths });
      const directories = paths.map((path) => existsSync(path.slice(0, path.lastIndexOf("/"))));
      dropIns();
      subject.linkUnit(name);
      subject.removeUnit(name);
      const left = [...places, "/etc/systemd/system/multi-user.target.wants"].map((path) => readdirSync(path));
      return { kept, directories, left };
    });
    expect(seen).toEqual({
      kept: 10,
      directories: Array(10).fill(false),
      left: [["multi-user.target.wants"], ...Array(10).fill([])],
    });
  });
});
