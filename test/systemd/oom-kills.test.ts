import { afterAll, beforeAll, expect, test } from "vitest";
import { ContainerUnits, crashLine, unit, volatile } from "./container-units.ts";

let units: ContainerUnits;

beforeAll(async () => {
  units = await ContainerUnits.boot("recorded-kills");
});

afterAll(() => units.machine[Symbol.asyncDispose]());

/** As with singleProcessOOMKill. On v1 the kernel kills one process in any case. */
const LINES = "MemoryMax=30M\nOOMPolicy=continue";

/** What a program does whose child needs more memory than its cgroup may have. */
const HOG = "if (fork) { wait; exit 7 }\nmy $n = 100_000_000;\nmy $x = q(a) x $n;\n";

const exits = (pod: string, count: number) =>
  units.machine.until(
    async () => {
      const seen = await units.exits(pod);
      return [seen.length >= count, seen] as const;
    },
    { what: `${count} exits` },
  );

test("the kill of a child is recorded when the program ends later and by itself", async () => {
  await units.machine.write("/root/hog", `#!/usr/bin/perl\n${HOG}`, 0o755);
  await units.start("hog", { exec: "/root/hog", lines: LINES });
  const [, seen] = await exits("hog", 1);
  expect(seen).toMatchObject([{ result: "exit-code", code: "exited", status: "7", oom: "1", executed: "1" }]);
});

test("a restart begins without the kill of the instance before", async () => {
  const first = 'exit 4 if -e "/root/again";\nopen my $file, ">", "/root/again";\n';
  await units.machine.write("/root/once", `#!/usr/bin/perl\n${first}${HOG}`, 0o755);
  await units.start("once", { exec: "/root/once", policy: "OnFailure", lines: LINES, pauses: "1 1 600" });
  const [, seen] = await exits("once", 2);
  await units.machine.exec(["systemctl", "stop", unit("once")]);
  expect(seen.slice(0, 2)).toMatchObject([
    { status: "7", oom: "1" },
    { status: "4", oom: "0" },
  ]);
});

test("an instance that the kernel killed for want of memory is no lost one, when its helper was killed as well", async () => {
  await units.start("starved", { exec: "/bin/sleep 1000", policy: "Always" });
  const invocation = (await units.machine.read(`${volatile("starved")}/main.started`)).trim();
  await units.machine.exec(
    `rm /etc/systemd/system/${unit("starved")}; systemctl daemon-reload; systemctl stop ${unit("starved")}`,
  );
  const words = [
    "MESSAGE=killed",
    "MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef",
    `UNIT=${unit("starved")}`,
    `INVOCATION_ID=${invocation}`,
  ];
  await units.machine.exec(`printf "%s\\n" ${words.join(" ")} | logger --journald; journalctl --sync`);
  await units.start("starved", { exec: "/bin/sleep 1000", policy: "Always" });
  expect(await units.exits("starved")).toMatchObject([
    { invocation, result: "oom-kill", code: "killed", status: "KILL", oom: "1" },
  ]);
});

test("after a boot a container that has crashed before starts at once, and then has the first pause", async () => {
  const { machine } = units;
  const now = Math.floor(Date.now() / 1000);
  const crashes = Array.from({ length: 9 }, () => crashLine(now - 2, now - 1));
  await units.writeExits("crashed", crashes);
  await units.install("crashed", { exec: "/bin/sh -c 'sleep 1; exit 1'", policy: "Always" });
  await machine.exec(
    `cd /etc/systemd/system && mkdir -p multi-user.target.wants && ln -s ../${unit("crashed")} multi-user.target.wants/`,
  );
  await machine.reboot();
  const backOff = await machine.until(() => machine.read(`${volatile("crashed")}/main.backoff`), { what: "a pause" });
  const [first, ...others] = (await units.exits("crashed")).slice(crashes.length);
  expect(others).toEqual([]);
  expect(Number(backOff) - Number(first?.finished)).toBeGreaterThan(9);
  expect(Number(backOff) - Number(first?.finished)).toBeLessThan(12);
});
