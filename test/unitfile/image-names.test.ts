import { expect, test } from "vitest";
import { commandKey, imageKey, imageUnit, isCommandKey, pulledBy } from "../../src/unitfile/image-names.ts";

test.for([
  ["docker.io/library/nginx:1.25", "nginx_1_25"],
  [`docker.io/library/nginx@sha256:${"0123456789ab".repeat(6).slice(0, 64)}`, "nginx_0123456789ab"],
  ["https://me:secret@h.example/a/Root.tar.gz?token=x#sha256=ab", "root_tar_gz"],
  [`docker.io/a/${"x".repeat(200)}:1`, "x".repeat(60)],
] as const)("%s can be told from every other image", ([name, beginning]) => {
  const key = imageKey({ kind: name.startsWith("https:") ? "tarball" : "oci", name });
  expect(key).toMatch(new RegExp(`^${beginning}_[0-9a-f]{32}$`));
  expect(imageUnit(key).length).toBeLessThan(256);
  expect(pulledBy(imageUnit(key))).toBe(key);
});

test("two that differ only in what is not shown have two keys", () => {
  const key = (name: string) => imageKey({ kind: "tarball", name });
  expect(key("https://h.example/x.tar?1#sha256=ab")).not.toBe(key("https://h.example/x.tar?2#sha256=ab"));
});

test.for([
  "docker.io/library/command__app:1",
  "docker.io/library/command:_",
  "docker.io/library/command.app:1",
  `docker.io/a/command${"_".repeat(80)}:1`,
])("a pull by a command has another key than that of a pod: %s", (name) => {
  const key = imageKey({ kind: "oci", name });
  expect([isCommandKey(key), isCommandKey(commandKey(key))]).toEqual([false, true]);
  expect(pulledBy(imageUnit(commandKey(key)))).toBe(commandKey(key));
  expect(pulledBy("unitlet-deb@remove.x_0.service")).toBeUndefined();
});
