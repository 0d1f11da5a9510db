import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { busybox } from "../../support/registry.ts";
import { tar } from "../../support/tar.ts";
import { dockerArchive } from "../support/docker-archive.ts";

const DIRECTORY = "/etc/unitlet/images";

let machine: Machine;
let base: Buffer;

beforeAll(async () => {
  machine = await Machine.boot("image-directory", { net: "private", ownDisk: true });
  await machine.exec("ip route flush default");
  await install(machine);
  base = tar(await busybox());
});

afterAll(() => machine[Symbol.asyncDispose]());

const archive = (name: string): Buffer => dockerArchive(base, { tags: [`example.org/${name}:1`], words: name });
const images = async () => (await machine.exec("unitlet images")).stdout;
const status = async () => (await machine.exec("unitlet status")).stdout;
const journal = async () => (await machine.exec("journalctl --sync; journalctl -q -o cat -u unitlet-images")).stdout;

async function isImported(name: string): Promise<void> {
  const isThere = async () => (await images()).includes(`example.org/${name}:1 `);
  await machine.until(isThere, { what: `the image ${name}` });
}

/** Waits until the service has looked at all files. */
async function isOver(): Promise<void> {
  const state = async () => (await machine.exec("systemctl show -P ActiveState unitlet-images")).stdout.trim();
  await machine.until(async () => [["inactive", "failed"].includes(await state()), await state()], {
    what: "the end of unitlet-images",
  });
}

test("an archive is imported when it is copied into the directory, and its image stays", async () => {
  await machine.write("/srv/first.tar", archive("first"));
  await machine.exec(`cp /srv/first.tar ${DIRECTORY}`);
  await isImported("first");
  await isOver();
  expect((await machine.exec("unitlet images prune")).stdout).toBe(
    "kept example.org/first:1: it is pinned\n0 images, 0 MB\n",
  );
  expect((await machine.exec("unitlet images unpin example.org/first:1", { allowFailure: true })).stderr).toBe(
    "not pinned: example.org/first:1. To let the images of /etc/unitlet/images/first.tar go, remove the file\n",
  );
});

test("a file that is being written is imported when it is complete", async () => {
  await machine.write("/srv/slow.tar", archive("slow"));
  const pieces = `(head -c 100000 /srv/slow.tar; while [ ! -e /srv/go ]; do sleep 0.1; done; tail -c +100001 /srv/slow.tar) >${DIRECTORY}/slow.tar`;
  await machine.exec(["systemd-run", "--quiet", "--unit=slow-copy", "sh", "-c", pieces]);
  await machine.write("/srv/later.tar", archive("later"));
  await machine.exec(`cp /srv/later.tar ${DIRECTORY}`);
  await isImported("later");
  expect(await journal()).not.toContain("slow");
  await machine.exec("touch /srv/go");
  await isImported("slow");
});

test("a damaged archive is named, and tried again only after a change", async () => {
  const because = "/etc/unitlet/images/bad.tar: the file is no tar archive";
  await machine.write("/srv/bad.tar", "no archive");
  await machine.exec(`cp /srv/bad.tar ${DIRECTORY}`);
  await machine.until(async () => [(await status()).includes(`image archives: ${because}`), await status()], {
    what: "the reason in the status",
  });
  await isOver();
  expect((await machine.exec("unitlet doctor", { allowFailure: true })).stdout).toContain(
    `warning: problem: image-archives: ${because}`,
  );
  expect((await machine.exec("systemctl is-failed unitlet-images")).stdout).toBe("failed\n");
  await machine.exec("systemctl start --wait unitlet-images", { allowFailure: true });
  expect((await journal()).split(because).length - 1).toBe(1);
  await machine.write("/srv/good.tar", archive("good"));
  await machine.exec(`cp /srv/good.tar ${DIRECTORY}/bad.tar`);
  await isImported("good");
  await isOver();
  expect(await status()).not.toContain("image archives:");
});

test("a layout whose index comes before its blobs is imported once they are there", async () => {
  await isOver();
  const layout = `${DIRECTORY}/layout`;
  await machine.exec(
    "unitlet images export example.org/first:1 /srv/layout.tar && mkdir /srv/layout && tar -xf /srv/layout.tar -C /srv/layout && sed -i s,example.org/first:1,example.org/late:1,g /srv/layout/index.json",
  );
  await machine.exec(`mkdir ${layout} && cp /srv/layout/oci-layout /srv/layout/index.json ${layout}`);
  const status = async () => (await machine.exec("unitlet status")).stdout;
  await machine.until(async () => (await status()).includes("it has no blobs"), { what: "the reason in the status" });
  await isOver();
  await machine.exec(`mkdir -p ${layout}/blobs/sha256`);
  // Half of the blobs, and the rest when the import has failed once more.
  const blobs = "ls /srv/layout/blobs/sha256";
  await machine.exec(`cp /srv/layout/blobs/sha256/$(${blobs} | head -n 1) ${layout}/blobs/sha256`);
  await machine.until(async () => !(await status()).includes("it has no blobs"), { what: "another reason" });
  await isOver();
  await machine.exec(`for blob in $(${blobs}); do cp /srv/layout/blobs/sha256/$blob ${layout}/blobs/sha256; done`);
  await isImported("late");
  await isOver();
  expect(await status()).not.toContain("image archives:");
  // A complete layout is watched no more.
  expect((await machine.exec("systemctl is-active unitlet-images-layouts.path || true")).stdout).toBe("inactive\n");
});

test.each([
  ["service", "unitlet-images.service"],
  ["program that reads the archive", "unitlet-image-import@*.service"],
])("an import whose %s is killed in its middle is made again by itself", async (words, unit) => {
  await isOver();
  await machine.exec("systemctl stop unitlet-images.path; journalctl --rotate --vacuum-time=1us 2>/dev/null");
  // Large enough to be read for a second.
  const large = tar([...(await busybox()), { path: "data", content: randomBytes(30e6) }]);
  const name = `killed-${words.length}`;
  await machine.write(`${DIRECTORY}/${name}.tar`, dockerArchive(large, { tags: [`example.org/${name}:1`], words }));
  await machine.exec(`systemctl start unitlet-images
    until systemctl list-units --plain --no-legend --state=activating 'unitlet-image-import@*' | grep -q .; do sleep 0.01; done
    systemctl kill --signal=KILL '${unit}'`);
  await isImported(name);
  await isOver();
  const { stdout } = await machine.exec(
    `journalctl --sync; journalctl -q -o cat -u '${unit}' -g code=killed | wc -l; ls -A /var/lib/unitlet/images/import`,
  );
  expect(stdout).toBe("1\n");
  expect(await status()).not.toContain("image archives:");
});

test("after a boot new archives are imported, and those that are gone pin nothing", async () => {
  await isOver();
  await machine.exec("systemctl stop unitlet-images.path");
  await machine.write(`${DIRECTORY}/boot.tar`, archive("boot"));
  await machine.exec(`rm ${DIRECTORY}/later.tar`);
  await machine.reboot();
  await isImported("boot");
  await isOver();
  expect((await machine.exec("unitlet images prune")).stdout).toContain("removed example.org/later:1\n");
});
