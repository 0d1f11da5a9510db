import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "manager-defaults");
});

afterAll(() => node[Symbol.asyncDispose]());

test("nothing of the service manager and of drop-ins for all services: variables, umask, locale", async () => {
  const dropIn = "/run/systemd/system/service.d/50-all.conf";
  await node.machine.write(dropIn, "[Service]\nUMask=0077\nEnvironment=LC_ALL=de_DE.UTF-8 OF_ALL=x\n");
  await node.exec("systemctl daemon-reload; systemctl set-environment SECRET=x HTTP_PROXY=http://192.0.2.1");
  await node.run(
    pod(
      node,
      "clean",
      shell("env; umask; test -e /dev/shm/clean && exec sleep infinity; touch /dev/shm/clean; exit 1"),
      { hostIPC: true },
    ),
  );
  await node.container("clean", ({ restartCount, state }) => restartCount === 1 && state?.running);
  await node.exec(
    `rm -r /run/systemd/system/service.d; systemctl unset-environment SECRET HTTP_PROXY; systemctl daemon-reload`,
  );
  const log = await node.log("clean");
  expect(log).not.toMatch(/SECRET|HTTP_PROXY|LC_ALL|OF_ALL/);
  expect(log).toMatch(/^0022$/m);
  const uid = (await node.get("clean"))?.metadata?.uid;
  expect((await node.exec(`cat /var/lib/unitlet/pods/${uid}/main.exits`)).stdout).toMatch(/ \d+\.\d{3} \d+\.\d{3} /);
});

test("a drop-in for all services reaches no container, and one that comes later restarts none", async () => {
  const directory = "/run/systemd/system/service.d";
  await node.machine.write(`${directory}/60-limits.conf`, "[Service]\nLimitNOFILE=77\nNice=5\nPrivateTmp=yes\n");
  await node.exec("systemctl daemon-reload");
  await node.run(pod(node, "limits", shell("ulimit -n; nice; exec sleep infinity")));
  await node.container("limits", ({ ready }) => ready);
  await node.machine.write(`${directory}/70-late.conf`, "[Service]\nLimitNOFILE=78\n");
  await node.exec("systemctl daemon-reload");
  const masks = async () => {
    const { stdout } = await node.exec(
      `systemctl show -P LimitNOFILE -P Nice -P NRestarts ${node.unit("limits")}; systemctl show -P DropInPaths ${node.unit("limits")}`,
    );
    return [/70-late/.test(stdout) && !/\/run\//.test(stdout), stdout];
  };
  await node.sync();
  const [, shown] = await node.machine.until(masks, { what: "a mask of the later drop-in" });
  expect(shown).not.toMatch(/^7[78]$/m);
  await node.exec(`rm -r ${directory}; systemctl daemon-reload`);
  const nice = (await node.exec("ps -o ni= -p 1")).stdout.trim();
  expect(await node.log("limits")).toMatch(new RegExp(`^(?!77\n)\\d+\n${nice}\n$`));
  expect((await node.get("limits"))?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
});
