import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { busybox, Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { MANIFESTS, Shell } from "../support/standalone.ts";

let machine: Machine;
let registry: Registry;
let base: readonly TarEntry[];

const shell = new Shell(() => machine);
const HOOK = "/usr/local/sbin/update-hook";
const CALLS = "/root/hook-calls";
const ASKS = { "unitlet.dev/auto-update": "registry", "unitlet.dev/back-off": "1s 1s" };

beforeAll(async () => {
  machine = await Machine.boot("auto-update", { net: "private", ownDisk: true });
  await machine.write(HOOK, `#!/bin/sh\nenv | grep ^UNITLET_ | sort >>${CALLS}\n`);
  await machine.exec(`chmod 755 ${HOOK}; mkdir -p /etc/unitlet/unitlet.conf.d`);
  await machine.write("/etc/unitlet/unitlet.conf.d/hook.conf", `autoUpdateHook = ${HOOK}\n`);
  await install(machine);
  base = await busybox();
  registry = await Registry.start(machine);
  await Promise.all([push("web", "1"), push("front", "1")]);
  await machine.write(`${MANIFESTS}/web.json`, JSON.stringify(pod()), 0o600);
  await machine.write(`${MANIFESTS}/front.json`, JSON.stringify(deployment()), 0o600);
  await shell.until("unitlet get pods", /^web +1\/1 +Running /m, /^front-\S+ +1\/1 +Running /m);
});

afterAll(() => machine[Symbol.asyncDispose]());

const SERVES = `echo $VERSION; [ $VERSION != bad ] || exit 1; trap 'exit 0' TERM; while :; do sleep 0.1; done`;

/** Pushes the image NAME:v1 with this content. The program ends at once if the version is "bad". */
async function push(name: string, version: string): Promise<string> {
  const config = { Cmd: ["sh", "-c", SERVES], Env: ["PATH=/bin", `VERSION=${version}`] };
  return await registry.push(`${name}:v1`, { layers: [base], config });
}

function template(name: string): object {
  const image = `127.0.0.1:5000/${name}:v1`;
  return { terminationGracePeriodSeconds: 1, containers: [{ name: "main", image }] };
}

function pod(): object {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", annotations: ASKS }, spec: template("web") };
}

function deployment(): object {
  const labels = { app: "front" };
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "front" } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: ASKS }, spec: template("front") },
    },
  };
}

/** Runs the command. Returns what it prints, and its exit status. */
async function update(options = ""): Promise<string> {
  const command = `unitlet auto-update ${options} 2>/dev/null`;
  const { stdout, code } = await machine.exec(command, { allowFailure: true, timeout: 170_000 });
  return `${stdout}${code === 0 ? "" : `exit status ${code}\n`}`;
}

const updatedOf = (table: string, name: string) =>
  new RegExp(`^default +${name} +main +\\S+ +registry +(.*)$`, "m").exec(table)?.[1];
const version = async () => (await shell.output("unitlet exec web -- sh -c 'echo $VERSION'")).trim();
const digests = async () =>
  [...(await shell.output("unitlet images")).matchAll(/^(\S+) +([0-9a-f]{12}) /gm)].map(
    ([, name, hex]) => `${name} ${hex}`,
  );
const calls = async () => (await shell.output(`cat ${CALLS} 2>/dev/null || true`)).trim().split("\n");

test("the timer is there, and nothing is to be updated", async () => {
  expect(await shell.output("systemctl list-timers --no-legend unitlet-auto-update.timer")).toContain(
    "unitlet-auto-update.service",
  );
  const table = await update();
  expect([updatedOf(table, "pod/web"), updatedOf(table, "deployment/front")]).toEqual(["false", "false"]);
});

test("a dry run shows a new digest and changes nothing", async () => {
  await push("web", "2");
  const before = await digests();
  const table = await update("--dry-run");
  expect([updatedOf(table, "pod/web"), updatedOf(table, "deployment/front")]).toEqual(["pending", "false"]);
  expect([await digests(), await version(), await calls()]).toEqual([before, "1", [""]]);
});

test("a new digest runs though its process is killed and the host reboots; journal, status and hook say so", async () => {
  await machine.exec("systemctl start --no-block unitlet-auto-update.service");
  await shell.until("cat /var/lib/unitlet/auto-update/*.json", /"kind":"Pod".*"phase":"switch"/);
  await machine.exec("systemctl kill --signal=KILL unitlet-auto-update.service");
  await shell.until("cat /var/lib/unitlet/auto-update/*.json", /"attempts":2/);
  await machine.reboot();
  registry = await Registry.start(machine);
  await shell.until("unitlet status", /^default +pod\/web +main +127\.0\.0\.1:5000\/web:v1 +updated +\d/m);
  await shell.until(`cat ${CALLS}`, /^UNITLET_RESULT=updated$/m, /^UNITLET_CONTAINER=main$/m);
  expect(await version()).toBe("2");
  expect(await shell.output("journalctl --sync; journalctl -q -o cat -t unitlet-auto-update")).toMatch(
    /^image update result=updated target="pod default\/web" container=main image=127\.0\.0\.1:5000\/web:v1 from=sha256:\S+ to=sha256:\S+$/m,
  );
  const { status } = JSON.parse(await shell.output("unitlet get pod web -o json"));
  const [hex] = /(?<=@sha256:)[0-9a-f]{12}/.exec(status.containerStatuses[0].imageID) ?? [];
  expect(await digests()).toContain(`127.0.0.1:5000/web:v1 ${hex}`);
  await shell.until("test -e /var/lib/unitlet/auto-update/pending || echo gone", /^gone$/m);
});

test("an image that ends again and again gives way to the old one, and a Deployment rolls", async () => {
  await Promise.all([push("web", "bad"), push("front", "2")]);
  await machine.exec(`rm -f ${CALLS}`);
  const table = await update();
  expect([updatedOf(table, "pod/web"), updatedOf(table, "deployment/front")]).toEqual(["rolled back", "true"]);
  expect(table).toMatch(/^pod default\/web main: container main.*; containers have ended \d times\nexit status 1$/m);
  expect(await version()).toBe("2");
  expect(await shell.output("unitlet status")).toMatch(/^default +pod\/web .* rolled back +\d/m);
  expect(await calls()).toEqual(expect.arrayContaining(["UNITLET_RESULT=rolled-back", "UNITLET_RESULT=updated"]));
  await shell.until("unitlet get pods --no-headers", /^(\S+ +1\/1 +Running[^\n]*\n){2}$/);
  expect(await shell.output("unitlet logs -l app=front")).toBe("2\n");
});

test("a digest that was rolled back is not tried again", async () => {
  await machine.exec(`rm -f ${CALLS}`);
  const again = await update();
  expect(updatedOf(again, "pod/web")).toBe("failed");
  expect(again).toMatch(/ was rolled back: container main.* Push another image, or try again with --retry$/m);
  expect(again).not.toContain("exit status");
  expect([await version(), await calls()]).toEqual(["2", [""]]);
});
