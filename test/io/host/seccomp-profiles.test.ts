import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

test.runIf(canMount)("a seccomp profile is a valid regular file below its directory", async () => {
  const seen = await onEmptyHost(async (load) => {
    const fs = await load<typeof import("node:fs")>("node:fs");
    const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/mnt"]);
    const { readSeccompProfiles } = await load<typeof import("../../../src/io/host/seccomp-profiles.ts")>(
      "src/io/host/seccomp-profiles.ts",
    );
    const root = "/mnt/seccomp";
    fs.mkdirSync(`${root}/audit`, { recursive: true });
    fs.writeFileSync("/mnt/secret.json", '{"defaultAction":"SCMP_ACT_LOG"}');
    fs.writeFileSync(`${root}/audit/log.json`, '{"defaultAction":"SCMP_ACT_LOG"}');
    fs.symlinkSync("audit/log.json", `${root}/link.json`);
    fs.symlinkSync("/mnt/secret.json", `${root}/absolute.json`);
    fs.symlinkSync("../secret.json", `${root}/up.json`);
    fs.symlinkSync("/dev/zero", `${root}/zero.json`);
    execFileSync("mkfifo", [`${root}/fifo.json`]);
    fs.writeFileSync(`${root}/text.json`, "no JSON");
    fs.writeFileSync(`${root}/list.json`, '{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":"read"}]}');
    fs.writeFileSync(`${root}/null.json`, "null");
    fs.writeFileSync(`${root}/large.json`, Buffer.alloc(10_000_001, " "));
    const names = ["audit/log.json", "link.json", "absolute.json", "up.json", "../secret.json", "zero.json"];
    names.push("fifo.json", "text.json", "list.json", "null.json", "large.json", "audit", "none.json");
    return [...readSeccompProfiles(names, root)];
  });
  const profile = { defaultAction: "SCMP_ACT_LOG" };
  const not = "is not a seccomp profile: it needs defaultAction, and names and action in each of its syscalls";
  expect(Object.fromEntries(seen)).toEqual({
    "audit/log.json": profile,
    "link.json": profile,
    "absolute.json": "absolute.json leads out of the directory",
    "up.json": "up.json leads out of the directory",
    "../secret.json": "../secret.json leads out of the directory",
    "zero.json": "zero.json leads out of the directory",
    "fifo.json": "is not a regular file: remove it",
    "text.json": "is not JSON",
    "list.json": not,
    "null.json": not,
    "large.json": "has more than 10 MB: remove it",
    audit: "is not a regular file: remove it",
    "none.json": "there is no none.json in the directory",
  });
});
