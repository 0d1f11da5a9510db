import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import type { RunResult } from "../../support/run.ts";
import { SLEEP } from "../support/manifests.ts";
import { hostState, stopTriggers } from "../support/unchanged.ts";

const MANIFESTS = "/etc/unitlet/manifests";
const SYSTEM = "/etc/systemd/system";
const NEXT = "/root/next.yaml";
const UNIT = "unitlet.default.web.main.service";
const EXTRA = "unitlet.default.extra.main.service";
const NOTHING = { code: 0, stdout: "Nothing to do.\n" };

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("plan-file", { net: "private" });
  await install(machine);
  await stopTriggers(machine);
  await machine.write(`${MANIFESTS}/web.yaml`, JSON.stringify(manifest("web", "0")));
  await machine.write(NEXT, `${JSON.stringify(manifest("web", "1"))}\n---\n${JSON.stringify(manifest("extra", "1"))}`);
  await settle();
});

afterAll(() => machine[Symbol.asyncDispose]());

function manifest(name: string, value: string, uid?: string): object {
  const main = { name: "main", image: "host", ...SLEEP, env: [{ name: "VALUE", value }] };
  const spec = { terminationGracePeriodSeconds: 1, containers: [main] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, ...(uid && { uid }) }, spec };
}

const unitlet = (...args: readonly string[]): Promise<RunResult> =>
  machine.exec(["unitlet", ...args], { allowFailure: true });

/** Runs until a plan has nothing left to do, and does not only wait for the end of a container. */
async function settle(): Promise<void> {
  const poll = async () => {
    await machine.exec("systemctl start unitlet-sync", { allowFailure: true });
    const stopping = (await machine.exec("systemctl list-units --plain --no-legend --state=deactivating 'unitlet*'"))
      .stdout;
    const { code, stdout } = await unitlet("plan");
    return [stopping === "" && code === 0, stopping + stdout] as const;
  };
  await machine.until(poll, { what: "a plan with nothing to do" });
}

describe("unitlet plan -f", () => {
  test("shows what files would change, unit by unit, and changes nothing", async () => {
    const before = await hostState(machine);
    const { code, stdout } = await unitlet("plan", "-f", NEXT);
    const { units } = JSON.parse((await unitlet("plan", "-f", NEXT, "--json")).stdout);
    expect(await hostState(machine)).toEqual(before);
    expect(code).toBe(2);
    const replaced = "the pod is replaced, because its manifest has changed";
    const slice = String.raw`unitlet-besteffort-pod[0-9a-f_]{36}\.slice`;
    const lines = [
      "default/web:",
      `  \\+ ${slice}: it is new`,
      `  ~ ${UNIT} restarts: ${replaced}`,
      `  - ${slice}: ${replaced}`,
      "default/extra:",
      `  \\+ ${slice}: it is new`,
      `  \\+ ${EXTRA}: it is new`,
      "",
      "Units: 3 to add, 1 to change, 1 to remove. Containers: 1 to restart, 0 to stop.",
    ];
    expect(stdout).toMatch(new RegExp(`^${lines.join("\n")}\n$`));
    expect(units).toHaveLength(5);
  });

  test("names the mistake of a file, and changes nothing", async () => {
    await machine.write("/root/bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: 5}\n");
    const before = await hostState(machine);
    const { code, stdout, stderr } = await unitlet("plan", "-f", "/root/bad.yaml");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^\/root\/bad\.yaml:4: spec\.containers: expected a list/);
    expect(await hostState(machine)).toEqual(before);
  });

  test("has nothing to do once the files are where the host reads them", async () => {
    await machine.exec(`mv ${NEXT} ${MANIFESTS}/web.yaml`);
    await settle();
    expect(await unitlet("plan", "-f", MANIFESTS)).toMatchObject(NOTHING);
    expect((await machine.exec(`systemctl is-active ${UNIT} ${EXTRA}`)).stdout).toBe("active\nactive\n");
  });
});

test("a changed manifest that names the same UID restarts its container, in the plan and on the host", async () => {
  const [path, unit] = [`${MANIFESTS}/pinned.yaml`, "unitlet.default.pinned.main.service"];
  const write = (value: string) =>
    machine.write(NEXT, JSON.stringify(manifest("pinned", value, "0b8e7c1e-3f0a-4d55-8d0e-3f6a1a1f9c01")));
  const main = async () => (await machine.exec(["systemctl", "show", "--value", "--property=MainPID", unit])).stdout;
  await write("0");
  await machine.exec(`mv ${NEXT} ${path}`);
  await settle();
  const before = await main();
  await write("1");
  const { code, stdout } = await unitlet("plan", "-f", NEXT);
  expect([code, stdout]).toEqual([2, expect.stringContaining(`  ~ ${unit} restarts: the pod changed\n`)]);
  await machine.exec(`mv ${NEXT} ${path}`);
  await settle();
  expect(await main()).not.toBe(before);
  await machine.exec(["rm", path]);
  await settle();
});

test("unitlet render writes the units that the run has written", async () => {
  const { code, stderr } = await unitlet("render", "--node-name", "plan-file", "--output", "/root/units", MANIFESTS);
  expect([code, stderr]).toEqual([0, ""]);
  const names = (await machine.exec("ls /root/units")).stdout.trim().split("\n");
  expect(names).toEqual([expect.stringMatching(/slice$/), expect.stringMatching(/slice$/), EXTRA, UNIT]);
  for (const name of names) expect(await linesOf(`/root/units/${name}`)).toEqual(await linesOf(`${SYSTEM}/${name}`));
});

const FACTS_UNIT = `[Service]
User=daemon
WorkingDirectory=/srv
Environment=COLOUR=blue
EnvironmentFile=/etc/default/facts
LimitNOFILE=4321
Restart=always
ExecStart=/bin/sh -c 'echo "facts $$(id -un) $$(pwd) $$(ulimit -n) $$COLOUR $$SIZE $$*"; exec sleep infinity' sh $OPTS \${COLOUR}
`;

test("a pod that unitlet import made of a unit with a drop-in runs as the unit did", async () => {
  await machine.write(`${SYSTEM}/facts.service`, FACTS_UNIT);
  await machine.write(`${SYSTEM}/facts.service.d/colour.conf`, "[Service]\nEnvironment=COLOUR=green\n");
  await machine.write("/etc/default/facts", "SIZE=10\nOPTS='a b'\n");
  await machine.exec("systemctl daemon-reload; systemctl start facts");
  const told = "facts daemon /srv 4321 green 10 a b green\n";
  const journal =
    (unit: string, ...of: readonly string[]) =>
    async () => {
      const { stdout } = await machine.exec(["journalctl", "-q", "-o", "cat", ...of, "-u", unit, "--grep", "^facts"], {
        allowFailure: true,
      });
      return [stdout !== "", stdout] as const;
    };
  expect(await machine.until(journal("facts"), { what: "what the unit writes" })).toEqual([true, told]);
  await machine.exec(`unitlet import facts >/root/facts.yaml; systemctl stop facts; mv /root/facts.yaml ${MANIFESTS}`);
  await settle();
  const pod = journal("unitlet.default.facts.facts.service", "--namespace=unitlet.default");
  expect(await machine.until(pod, { what: "what the pod writes" })).toEqual([true, told]);
});

/** The lines of a unit without those that differ on cgroup v1, for which nothing is rendered. */
async function linesOf(path: string): Promise<readonly string[]> {
  const text = await machine.read(path);
  return text.split("\n").filter((line) => !/^(CPUWeight|CPUShares|SpecHash|TextHash)=/.test(line));
}
