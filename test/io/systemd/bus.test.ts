import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/systemd/bus.ts");
type Daemon = typeof import("./dbus-daemon.ts");

describe.skipIf(!canMount || !existsSync("/usr/bin/dbus-daemon"))("D-Bus", () => {
  test("answers calls, and refuses them with the name of an error", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { Bus } = await load<Subject>("src/io/systemd/bus.ts");
      const { DAEMON, errorOf, startDaemon } = await load<Daemon>("test/io/systemd/dbus-daemon.ts");
      const daemon = await startDaemon();
      const bus = await Bus.connect();
      const manager = { path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager" };
      const result = {
        hasOwner: await bus.call({ ...DAEMON, member: "NameHasOwner", signature: "s", body: ["org.freedesktop.DBus"] }),
        unknown: await errorOf(bus.call({ ...DAEMON, member: "Nothing" })),
        noSystemd: await errorOf(bus.call({ ...manager, member: "Reload" })),
      };
      bus.close();
      const closed = await errorOf(bus.call({ ...DAEMON, member: "ListNames" }));
      daemon.kill();
      return { ...result, closed };
    });
    const type = (name: string) => `org.freedesktop.DBus.Error.${name}`;
    expect(seen).toEqual({
      hasOwner: [true],
      unknown: { name: "BusError", message: expect.stringMatching(/^Nothing: /), type: type("UnknownMethod") },
      noSystemd: {
        name: "BusError",
        message: expect.stringMatching(/^Reload: .*systemd1/),
        type: type("ServiceUnknown"),
      },
      closed: { name: "BusError", message: "The connection to D-Bus is closed", type: "" },
    });
  });

  test("that is lost ends all calls; one that is not answered ends by itself", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { Bus } = await load<Subject>("src/io/systemd/bus.ts");
      const { DAEMON, errorOf, startDaemon } = await load<Daemon>("test/io/systemd/dbus-daemon.ts");
      const { once } = await load<typeof import("node:events")>("node:events");
      const daemon = await startDaemon();
      const bus = await Bus.connect();
      const listNames = () => errorOf(bus.call({ ...DAEMON, member: "ListNames" }));
      daemon.kill("SIGSTOP");
      const silent = await listNames();
      const pending = [listNames(), listNames()];
      daemon.kill("SIGKILL");
      await once(daemon, "close");
      return { silent, pending: await Promise.all(pending), after: await listNames() };
    });
    const lost = { name: "BusError", message: expect.stringMatching(/^(D-Bus closed|Lost) the connection/), type: "" };
    expect(seen).toEqual({
      silent: { name: "BusError", message: "ListNames: systemd did not answer within 10000 ms", type: "" },
      pending: [lost, lost],
      after: lost,
    });
  });

  test("has never more calls under way than the daemon allows, and brings signals", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { Bus } = await load<Subject>("src/io/systemd/bus.ts");
      const { DAEMON, SOCKET, startDaemon } = await load<Daemon>("test/io/systemd/dbus-daemon.ts");
      const { default: dbus } = await load<{ default: typeof import("dbus-next") }>("dbus-next");
      const daemon = await startDaemon();
      const service = dbus.sessionBus({ busAddress: `unix:path=${SOCKET}` } as never);
      await service.requestName("org.freedesktop.systemd1", 0);
      const waiting: (() => void)[] = [];
      let most = 0;
      // Each call is answered a while later, so that all that may be under way at once are.
      service.addMethodHandler((message: { member: string; body: unknown[] }) => {
        if (message.member !== "Double") return false;
        const reply = dbus.Message.newMethodReturn(message as never, "u", [Number(message.body[0]) * 2]);
        most = Math.max(
          most,
          waiting.push(() => service.send(reply)),
        );
        setTimeout(() => waiting.shift()?.(), 200);
        return true;
      });
      const bus = await Bus.connect();
      const finished = new Promise((resolve) => {
        bus.onSignal((member, body) => member === "Finished" && resolve(body));
      });
      await bus.call({ ...DAEMON, member: "AddMatch", signature: "s", body: ["member='Finished'"] });
      const double = (n: number) => ({ path: "/", interface: "org.test", member: "Double", signature: "u", body: [n] });
      const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => bus.call(double(n))));
      service.send(dbus.Message.newSignal("/", "org.test", "Finished", "s", ["job"]));
      const signal = await finished;
      daemon.kill();
      return { most, wrong: answers.filter(([value], n) => value !== n * 2), signal };
    });
    expect(seen).toEqual({ most: 96, wrong: [], signal: ["job"] });
  });
});
