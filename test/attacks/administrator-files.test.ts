import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";

const ETC = "/etc/unitlet";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("administrator-files", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

function manifest(name: string, words: string): string {
  const containers = [{ name: "main", image: "host", command: ["sh", "-c", `echo ${words}; exec sleep infinity`] }];
  return JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers } });
}

/** Does two runs, and returns the status of the last and the journal since the first. */
async function sync(): Promise<{ readonly status: string; readonly lines: string }> {
  const { stdout: since } = await machine.exec("date +%s.%N");
  const start = "timeout 60 systemctl start unitlet-sync || :";
  const { stdout: status } = await machine.exec(`${start}; ${start}; systemctl show -P ExecMainStatus unitlet-sync`);
  const { stdout: lines } = await machine.exec(
    `journalctl --sync; journalctl -q -o cat -u unitlet-sync --since @${since.trim()}`,
  );
  return { status: status.trim(), lines };
}

async function saysAtLast(name: string, words: string): Promise<void> {
  const log = `journalctl --namespace=unitlet.default -q -o cat -u unitlet.default.${name}.main.service _TRANSPORT=stdout | tail -n 1`;
  await machine.until(async () => (await machine.exec(log)).stdout === `${words}\n`, { what: `${name}: ${words}` });
}

test("a stored status of another type is the failure of its pod, and of no other", async () => {
  await machine.write(`${ETC}/manifests/odd.yaml`, manifest("odd", "one"));
  await sync();
  await saysAtLast("odd", "one");
  await machine.exec(
    `cd /var/lib/unitlet/status && echo '{"containerStatuses": 5}' >$(basename $(ls -d /run/unitlet/pods/*)).json`,
  );
  await machine.write(`${ETC}/manifests/other.yaml`, manifest("other", "one"));
  const { status, lines } = await sync();
  await saysAtLast("other", "one");
  expect(status).toBe("0");
  expect(lines).toMatch(/some pods cannot be handled.* because="default\/odd: .* is not iterable"/);
  expect(lines).toMatch(/event pod=default\/odd reason=FailedSync message="Error syncing pod, skipping: /);
  expect((await machine.exec("systemctl is-active unitlet.default.odd.main.service")).stdout).toBe("active\n");
  await machine.exec(`rm ${ETC}/manifests/odd.yaml ${ETC}/manifests/other.yaml /var/lib/unitlet/status/*`);
  expect((await sync()).lines).toMatch(/all pods can be handled again/);
});

describe("a file that an administrator places", () => {
  test("is named when it could stop the run, and harms no other manifest", async () => {
    await machine.exec(`cd ${ETC}/manifests; mkfifo fifo.yaml; ln -s fifo.yaml link.yaml; mkdir directory.yaml
      ln -s /dev/zero zero.yaml; ln -s /proc/kmsg messages.yaml; ln -s circle.yaml circle.yaml
      truncate -s 200M large.yaml`);
    const nine = (value: string) => `[${Array(9).fill(value)}]`;
    const levels = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `a${n}: &a${n} ${nine(`*a${n - 1}`)}`);
    await machine.write(`${ETC}/manifests/aliases.yaml`, [`a0: &a0 ${nine("x")}`, ...levels].join("\n"));
    await machine.write(`${ETC}/manifests/fine.yaml`, manifest("fine", "one"));
    const { status, lines } = await sync();
    await saysAtLast("fine", "one");
    expect(status).toBe("0");
    for (const name of ["fifo", "link", "zero", "directory"])
      expect(lines).toMatch(new RegExp(`/${name}.yaml: cannot be read: is not a regular file: remove it`));
    expect(lines).toMatch(/messages.yaml: cannot be read: /);
    expect(lines).toMatch(/large.yaml: cannot be read: has more than 10 MB: remove it/);
    expect(lines).toMatch(/circle.yaml: cannot be read: ELOOP: too many symbolic links encountered/);
    expect(lines).toMatch(/aliases.yaml:6: is not YAML: aliases repeat more than 100000 values/);
    await machine.exec(`cd ${ETC}/manifests; rm -r fifo* link* zero* directory* messages* circle* large* aliases*`);
    expect((await sync()).status).toBe("0");
  });

  test("may be a link, and a change of its target is seen", async () => {
    await machine.write("/root/target.yaml", manifest("linked", "one"));
    await machine.exec(`ln -s /root/target.yaml ${ETC}/manifests/linked.yaml`);
    await sync();
    await saysAtLast("linked", "one");
    await machine.write("/root/target.yaml", manifest("linked", "two"));
    await sync();
    await saysAtLast("linked", "two");
  });

  test.each([
    ["a fifo as a drop-in of the configuration", "unitlet.conf.d/a.conf", "mkfifo"],
    ["the zero device as kubeconfig", "kubeconfig", "ln -s /dev/zero"],
    ["a large configuration", "unitlet.conf.d/b.conf", "truncate -s 200M"],
  ])("ends the run with 78 as %s, and the pods run on", async (_, file, make) => {
    await machine.exec(`cd ${ETC}; mkdir -p unitlet.conf.d; ${make} ${file}`);
    const named = new RegExp(`${file}: .*(is not a regular file|has more than 10 MB): remove it`);
    // While the timer's run goes on it is 0.
    const poll = async () => {
      const { status, lines } = await sync();
      return [status === "78" && named.test(lines), { status, lines }];
    };
    await machine.until(poll, { what: "a run that has ended so" });
    await machine.exec(`rm ${ETC}/${file}`);
    expect((await sync()).status).toBe("0");
    await saysAtLast("fine", "one");
  });

  test("is named when the kubeconfig names it, and it is a fifo", async () => {
    const kubeconfig = {
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: { tokenFile: "/root/token" } }],
    };
    await machine.exec("mkfifo /root/token");
    await machine.write(`${ETC}/kubeconfig`, JSON.stringify(kubeconfig));
    expect((await sync()).lines).toMatch(
      /Cannot read \/root\/token, which the kubeconfig names: is not a regular file/,
    );
    await machine.exec(`rm ${ETC}/kubeconfig`);
    expect((await sync()).status).toBe("0");
    await saysAtLast("fine", "one");
  });
});
