import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { DebArchive } from "../../support/debs.ts";
import { Node } from "../../support/node.ts";
import { APT_TIMEOUT_MS, addTinyd, deb, debsOf, service } from "../support/debs.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { pullFailure } from "../support/pull-failure.ts";

vi.setConfig({ testTimeout: APT_TIMEOUT_MS });

let node: Node;
let archive: DebArchive;
let see: ReturnType<typeof debsOf>;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "image-deb-pulls", { timerInterval: "1s", settings: { packages: "any" } });
  see = debsOf(node);
  archive = await DebArchive.start(node.machine);
  await addTinyd(archive);
});

afterAll(() => node[Symbol.asyncDispose]());

describe("a pull that fails says why", () => {
  const failure = async (name: string, image: string) => {
    await node.run(pod(node, name, deb(image, SLEEP)));
    return await pullFailure(node, name, APT_TIMEOUT_MS / 2);
  };

  beforeAll(async () => {
    await archive.add({ name: "tiny-unmet", depends: "no-such-dependency" });
    await archive.add({ name: "tiny-broken", postinst: "exit 3" });
    await archive.add({ name: "tiny-locked" });
  });

  test.for([
    ["deb://no-such-package", "Unable to locate package no-such-package"],
    ["deb://tinyd=9.9", "Version '9.9' for 'tinyd' was not found"],
    [
      "deb://tiny-unmet",
      "tiny-unmet : Depends: no-such-dependency but it is not installable; Unable to correct problems, you have held broken packages.",
    ],
    [
      "deb://tiny-broken",
      "dpkg: error processing package tiny-broken (--configure):; installed tiny-broken package post-installation script subprocess returned error exit status 3",
    ],
  ])("%s", async ([image = "", why = ""]) => {
    const name = image.replace(/[^a-z]+/g, "-").replace(/-$/, "");
    expect(await failure(name, image)).toBe(why);
    await node.kubectl("delete", "pod", name);
    // What is half installed would be in everybody's way.
    expect((await node.exec("dpkg --audit; apt-get check -qq")).stdout).toBe("");
  });

  test("there is no such name, and none that would be an option", async () => {
    await node.run(
      pod(node, "option", deb("deb://-o=Debug::NoLocking=true")),
      pod(node, "removal", deb("deb://tinyd-")),
    );
    expect(await see.waiting("option", "InvalidImageName")).toContain('"-o" is no name of a package');
    expect(await see.waiting("removal", "InvalidImageName")).toContain('"tinyd-" is no name of a package');
  });

  test("imagePullPolicy Never pulls nothing", async () => {
    await node.run(pod(node, "never", deb("deb://tiny-unmet", { imagePullPolicy: "Never" })));
    expect(await see.waiting("never", "ErrImageNeverPull")).toBe(
      'Container image "deb://tiny-unmet" is not present with pull policy of Never',
    );
  });

  test("another process holds dpkg's lock", async () => {
    const hold =
      "import fcntl, time; f = open('/var/lib/dpkg/lock-frontend', 'a'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); time.sleep(1000)";
    await node.machine.write("/srv/hold.py", hold);
    await node.exec("systemd-run --quiet --unit=holder python3 /srv/hold.py");
    const held = async () =>
      (await node.exec("journalctl --quiet --output=cat --unit=holder _TRANSPORT=stdout")).stdout;
    await node.machine.until(held, { what: "the lock" });
    try {
      await node.run(pod(node, "locked", deb("deb://tiny-locked", SLEEP)));
      const refused = (seen: V1Pod | undefined) => seen?.status?.containerStatuses?.[0]?.state?.waiting?.message;
      expect(await node.until("locked", refused, { timeout: APT_TIMEOUT_MS / 2 })).toContain(
        "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process",
      );
    } finally {
      await node.exec("systemctl stop holder");
    }
    await node.until("locked", (seen) => seen?.status?.phase === "Running", { timeout: APT_TIMEOUT_MS / 3 });
  });

  test("the archive is out of reach", async () => {
    await node.machine.write("/etc/apt/sources.list.d/away.list", "deb [trusted=yes] http://127.0.0.1:9/debs ./\n");
    expect(await failure("away", "deb://tiny-away")).toMatch(
      /Unable to locate package tiny-away \(the list of packages is old, cannot fetch http:\/\/127\.0\.0\.1:9\/debs\/.*Could not connect/,
    );
    await node.exec("rm /etc/apt/sources.list.d/away.list");
    await node.kubectl("delete", "pod", "away");
  });
});

describe("a file by URL", () => {
  let url = "";
  let sum = "";

  beforeAll(async () => {
    const file = await archive.add({
      name: "tiny-file",
      files: { "/usr/bin/tiny-file": "#!/bin/sh\nexec sleep 1000\n" },
    });
    await node.exec(
      `cd /srv && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=files -addext subjectAltName=IP:127.0.0.1 -keyout key -out cert -days 2 2>&1 && cat cert >>/etc/ssl/certs/ca-certificates.crt && cp ${file} /srv/tiny.deb && systemd-run --quiet --unit=files --working-directory=/srv openssl s_server -accept 8443 -cert cert -key key -WWW`,
    );
    url = "https://127.0.0.1:8443/tiny.deb";
    await node.machine.until(() => node.exec(`curl -sf ${url} -o /dev/null`), { what: "the file" });
    sum = (await node.exec("sha256sum </srv/tiny.deb")).stdout.slice(0, 64);
  });

  test("is installed when its checksum is right", async () => {
    await node.run(pod(node, "file", deb(`${url}#sha256=${sum}`, { command: ["tiny-file"] })));
    expect((await see.runs("file")).imageID).toBe("deb://tiny-file:all=1.0");
  });

  test("is not looked into otherwise", async () => {
    await node.run(pod(node, "wrong-sum", deb(`${url}#sha256=${"0".repeat(64)}`)));
    expect(await pullFailure(node, "wrong-sum", APT_TIMEOUT_MS / 2)).toBe(
      `the file has the checksum ${sum}, which is not the one in the reference`,
    );
    await node.kubectl("delete", "pod", "wrong-sum");
  });

  test("is for the administrator to allow", async () => {
    const setting = "/etc/unitlet/unitlet.conf.d/99-debs.conf";
    await node.machine.write(setting, "packages = signed\n");
    await node.run(pod(node, "unsigned", deb(`${url}#sha256=${"1".repeat(64)}`)));
    expect(await see.waiting("unsigned", "ErrImagePull")).toContain("that file is not signed");
    await node.machine.write(setting, "packages = off\n");
    await node.run(pod(node, "forbidden", deb("deb://tiny-away")));
    expect(await see.waiting("forbidden", "ErrImagePull")).toContain("while packages is off");
    await node.exec(`rm ${setting}`);
    await node.kubectl("delete", "pod", "unsigned", "forbidden");
  });
});

test("an installation that is cut off is gone on with", async () => {
  await archive.add({
    name: "tiny-slow",
    files: { "/lib/systemd/system/tiny-slow.service": service("/bin/sleep 1004") },
    postinst: "if [ ! -e /srv/slow ]; then touch /srv/slow; sleep 1000; fi",
    starts: ["tiny-slow.service"],
  });
  await node.run(pod(node, "slow", deb("deb://tiny-slow")));
  await node.machine.until(() => node.exec("test -e /srv/slow"), {
    what: "the package's script",
    timeout: APT_TIMEOUT_MS / 3,
  });
  await node.exec("systemctl kill --signal=KILL 'unitlet-deb@tiny_slow*'");
  await see.look("slow", ({ state: seen }) => seen?.running);
  expect(await see.version("tiny-slow")).toBe("installed 1.0");
  expect(await see.state("tiny-slow.service")).toEqual(["inactive", "disabled"]);
  expect((await node.exec("dpkg --audit")).stdout).toBe("");
});

test("unitlet images lists installed packages, and removes unused ones with their dependencies", async () => {
  const file = await archive.add({ name: "tiny-own" });
  await node.exec(`dpkg -i ${file}`);
  await node.run(pod(node, "own", deb("deb://tiny-own", SLEEP)), pod(node, "tinyd", deb("deb://tinyd")));
  await Promise.all(["own", "tinyd"].map(see.runs));
  const images = async () => (await node.exec("unitlet images")).stdout;
  expect(await images()).toMatch(/^deb:\/\/tinyd:all=1\.0 +- +2 MB +1 /m);
  expect(await images()).not.toMatch(/tiny-own|tiny-common/);
  const poll = async () => {
    const object = await node.cluster.get("node", node.name);
    return object?.status?.images?.some(({ names }) => names?.includes("deb://tinyd:all=1.0"));
  };
  await node.machine.until(poll, { what: "the package in the Node's status" });
  await node.kubectl("delete", "pod", "tinyd", "own");
  const { stdout } = await node.machine.exec("unitlet images prune", { timeout: APT_TIMEOUT_MS / 2 });
  expect(stdout).toContain("removed deb://tinyd:all=1.0\n");
  // Its own configuration stays.
  expect(await see.version("tinyd")).toBe("config-files 1.0");
  expect(await see.version("tiny-common")).not.toContain("installed 1.0");
  expect(await see.version("tiny-slow")).toBe("installed 1.0");
  expect(await see.version("tiny-own")).toBe("installed 1.0");
});
