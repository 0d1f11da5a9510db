import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

const HELPER = resolve("units/helpers/container/container-subpaths");
const PLACE = "/run/unitlet/pods/u-1/subpaths/main";
const FAILED = 'failed to prepare subPath for volumeMount "v" of container "main": ';

/** Shell words for a start with this path within the volume /run/volume, or one that is not made when it is missing. */
const start = (path: string, makes = "1", shown = path) =>
  `printf '%s\\000' 0 v /run/volume '${path}' ${makes} '${shown}' >/run/unitlet/pods/u-1/main.subpaths; perl ${HELPER} u-1 main`;

/** Runs a script among empty directories, as the first process of a PID namespace. Returns what it prints. */
async function on(script: string): Promise<string> {
  const prepare = "mount -t tmpfs -o mode=755 run /run && mkdir -p /run/volume /run/unitlet/pods/u-1 /run/elsewhere";
  const words = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc"] as const;
  return (await run([...words, "sh", "-c", `${prepare}; ${script}`])).stdout;
}

describe.skipIf(!canMount)("a path within a volume", () => {
  test.each([
    ["a directory", "mkdir /run/volume/a && echo in >/run/volume/a/file", "a", `cat ${PLACE}/0/file`, "in\n"],
    ["a file", "echo in >/run/volume/file", "file", `cat ${PLACE}/0`, "in\n"],
    [
      "a key of a ConfigMap, which is two links",
      "cd /run/volume; mkdir ..1; echo in >..1/key; ln -s ..1 ..data; ln -s ..data/key key",
      ...(["key", `cat ${PLACE}/0`, "in\n"] as const),
    ],
    [
      "a link by its absolute path within the volume",
      "cd /run/volume; mkdir 1; echo in >1/file; ln -s /run/volume/1 current",
      ...(["current/file", `cat ${PLACE}/0`, "in\n"] as const),
    ],
    ["a name with a newline", "mkdir '/run/volume/a\nb'", "a\nb", `stat -c %F ${PLACE}/0`, "directory\n"],
  ])("is mounted: %s", async (_, arrange, path, show, expected) => {
    expect(await on(`(${arrange}); ${start(path)}; ${show}`)).toBe(expected);
  });

  test("that is missing is made as directories with the mode of the volume", async () => {
    const script = `chgrp 4321 /run/volume; chmod 3775 /run/volume; umask 077; ${start("a/b")}; stat -c '%a %u %g' /run/volume/a /run/volume/a/b ${PLACE}/0`;
    expect(await on(script)).toBe("3775 0 4321\n3775 0 4321\n3775 0 4321\n");
  });

  test.each([
    ["is missing where nothing is made", "true", "a", "0", "there is no a in the volume"],
    ["is a link to another place", "ln -s /run/elsewhere /run/volume/a", "a", "1", "a leads out of the volume"],
    [
      "is a link to a place with the same begin",
      "ln -s /run/volume2 /run/volume/a",
      "a",
      "1",
      "a leads out of the volume",
    ],
    ["climbs out by a link", "ln -s ../elsewhere /run/volume/a", "a", "1", "a leads out of the volume"],
    ["is a link that leads nowhere", "ln -s none /run/volume/a", "a", "1", "there is no none in the volume"],
    ["is a link to itself", "ln -s a /run/volume/a", "a", "1", "a leads through too many links"],
    ["leads through a file", "touch /run/volume/a", "a/b", "1", "a/b: Not a directory"],
    [
      "leads through a link of /proc",
      "ln -s /proc/self/root /run/volume/a",
      "a/etc",
      "1",
      "a/etc leads out of the volume",
    ],
  ])("that %s is refused, and nothing is made", async (_, arrange, path, makes, message) => {
    const script = `${arrange}; ls -R /run/volume >/run/before; ${start(path, makes)}; echo $?; ls -R /run/volume | cmp /run/before -`;
    expect(await on(script)).toBe(`${FAILED}${message}\n1\n`);
  });

  test.each([
    ["leads out", "ln -s /run/elsewhere /run/volume/secret", "secret", "1", "$(A) leads out of the volume"],
    ["is missing", "true", "secret", "0", "there is no $(A) in the volume"],
    ["leads through a file", "touch /run/volume/secret", "secret/b", "1", "$(A): Not a directory"],
  ])("with a variable that %s has no value of it in the message", async (_, arrange, path, makes, message) => {
    expect(await on(`${arrange}; ${start(path, makes, "$(A)")} || :`)).toBe(`${FAILED}${message}\n`);
  });

  test("is what it is at the last start, and the earlier mount is gone", async () => {
    const replace = "echo new >/run/volume/next; mv /run/volume/next /run/volume/file";
    const script = `echo old >/run/volume/file; ${start("file")}; ${replace}; cat ${PLACE}/0; ${start("file")}; cat ${PLACE}/0; grep -c ${PLACE} /proc/self/mountinfo`;
    expect(await on(script)).toBe("old\nnew\n1\n");
  });

  test("may be a link by its absolute path in a volume that is all of the host", async () => {
    const script = `echo in >/run/volume/file; ln -s /run/volume/file /run/volume/link; ${start("run/volume/link").replace(" /run/volume ", " / ")}; cat ${PLACE}/0`;
    expect(await on(script)).toBe("in\n");
  });

  test("may become a directory, and vanish from the container", async () => {
    const none = `: >/run/unitlet/pods/u-1/main.subpaths; perl ${HELPER} u-1 main; ls ${PLACE}`;
    const script = `touch /run/volume/a; ${start("a")}; rm /run/volume/a; ${start("a")}; stat -c %F ${PLACE}/0; ${none}`;
    expect(await on(script)).toBe("directory\n");
  });

  test("holds no mount of the volume when the next start removes it", async () => {
    const disk = "mount --make-shared /run; mkdir -p /run/volume/a/disk";
    const script = `${disk}; ${start("a")}; mount -t tmpfs disk /run/volume/a/disk; ${start("a")}; stat -f -c %T /run/volume/a/disk; findmnt -no FSTYPE /run/volume/a/disk`;
    expect(await on(script)).toBe("tmpfs\ntmpfs\n");
  });
});
