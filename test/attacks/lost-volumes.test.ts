import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";

const UNIT = "unitlet.default.thief.main.service";
const ENTER = `/usr/local/lib/unitlet/container-enter ${UNIT}`;

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("lost-volumes", { net: "private" });
  await install(machine, ["--set", "hostFiles=all", "--set", "hostAccounts=any"]);
});

afterAll(() => machine[Symbol.asyncDispose]());

/** Its volume has the name of a file of the host that is hidden from it. */
const THIEF = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "thief", annotations: { "unitlet.dev/back-off": "1s 1s" } },
  spec: {
    containers: [
      {
        name: "main",
        image: "host",
        command: ["sleep", "infinity"],
        volumeMounts: [{ name: "v", mountPath: "/run/a/shadow" }],
      },
    ],
    volumes: [{ name: "v", downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } }],
  },
};

test("a container that leads the path of its lost volume to a hidden file does not get to see the file", async () => {
  await machine.write("/etc/unitlet/manifests/thief.yaml", JSON.stringify(THIEF));
  await machine.until(() => machine.exec(`${ENTER} cat /run/a/shadow/name`), { what: "the container" });
  const { stdout: before } = await machine.exec(`systemctl show -P InvocationID ${UNIT}`);
  const look = `${ENTER} sh -c 'cat /etc/shadow 2>&1; stat -c %s /etc/shadow'`;
  const { stdout: hidden } = await machine.exec(look, { allowFailure: true });
  await machine.exec(`${ENTER} sh -c 'mv /run/a /run/b && ln -s /etc /run/a'`);
  await machine.exec(
    "systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service; rm -rf /run/unitlet/pods/*/volumes/*",
  );
  // The first run makes the volume again, the second one would give it to the container.
  for (const _ of ["made", "given"]) {
    await machine.exec("touch /etc/unitlet/unitlet.conf; systemctl start unitlet-sync");
    expect((await machine.exec(look, { allowFailure: true })).stdout).not.toContain("root:");
  }
  // It cannot have the volume where its path was, so it restarts.
  const poll = async () => {
    const { stdout } = await machine.exec(`systemctl show -P InvocationID ${UNIT}; ${ENTER} cat /run/a/shadow/name`);
    return [!stdout.startsWith(before.trim()) && stdout.endsWith("\nthief"), stdout];
  };
  await machine.until(poll, { what: "another start with the volume" });
  expect((await machine.exec(look, { allowFailure: true })).stdout).toBe(hidden);
});
