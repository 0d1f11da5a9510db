import { expect, test } from "vitest";
import { importUnit } from "../../../src/cli/import/import-unit.ts";
import { formatYaml } from "../../../src/io/schema/format-yaml.ts";
import { parseManifests } from "../../../src/io/schema/manifest-files.ts";

const BASE = "[Service]\nUser=www\nExecStart=/usr/bin/web\n";

const importOf = (more: string) => importUnit("web.service", `${BASE}${more}`);

test("the prefix - of a oneshot counts every end as a success, by a shell", () => {
  const { manifest, notes } = importUnit("x.service", "[Service]\nType=oneshot\nUser=www\nExecStart=-/bin/a\n");
  expect(manifest.spec.containers[0]?.command).toEqual(["/bin/sh", "-c", "set -f; /bin/a || :"]);
  expect(notes).toEqual(["ExecStart=-/bin/a: the prefix - counts every end as a success, by a shell"]);
});

test("names that each object of JavaScript has are no directives and values", () => {
  expect(importOf("constructor=1\nRestart=toString\n[hasOwnProperty]\nA=1\n").notes).toEqual([
    "Restart=toString: restartPolicy: Never is the nearest",
    "constructor=1: unitlet import does not know what it is in a pod",
    "[hasOwnProperty]: a pod has no such section",
  ]);
});

test("the signal of ExecStop= counts, and another KillSignal= is told", () => {
  const { manifest, notes } = importOf("Restart=always\nExecStop=/bin/kill -WINCH $MAINPID\nKillSignal=SIGCONT\n");
  expect(manifest.spec.containers[0]?.lifecycle).toEqual({ stopSignal: "SIGWINCH" });
  expect(notes).toEqual(["KillSignal=SIGCONT: the stop signal is that of ExecStop="]);
});

test.each([
  ["SIGRTMIN+3", "SIGRTMIN+3"],
  ["RTMAX-2", "SIGRTMAX-2"],
  ["usr1", "SIGUSR1"],
  ["15", undefined],
  ["SIGNOTHING", undefined],
])("the signal %s is %s in a manifest that the API takes, also of a Quadlet", (signal, expected) => {
  const quadlet = `[Container]\nImage=docker.io/x/y:1\nStopSignal=${signal}\n[Service]\nRestart=always\n`;
  const both = [importOf(`Restart=always\nKillSignal=${signal}\n`), importUnit("web.container", quadlet)];
  for (const { manifest, notes } of both) {
    const read = () => Buffer.from(formatYaml(manifest));
    expect(parseManifests([{ name: "web.yaml", read }], "node").problems).toEqual([]);
    expect(manifest.spec.containers[0]?.lifecycle?.stopSignal).toBe(expected);
    expect(notes.length).toBe(expected === undefined ? 1 : 0);
  }
});

test("a host name of several labels is told, because a pod has one label", () => {
  const quadlet = "[Container]\nImage=docker.io/x/y:1\nHostName=db.example.org\n[Service]\nRestart=always\n";
  const { manifest, notes } = importUnit("db.container", quadlet);
  expect(manifest.spec.hostname).toBeUndefined();
  expect(notes).toEqual(["HostName=db.example.org: hostname is one label: see the fields hostname and subdomain"]);
});

test("no comment has the value of a credential", () => {
  const { notes } = importOf("Restart=always\nSetCredential=db:pass:word\nSetCredentialEncrypted=k: abc=\n");
  expect(notes).toEqual([
    "SetCredential=db:…: use a Secret or ConfigMap volume",
    "SetCredentialEncrypted=k:…: use a Secret or ConfigMap volume",
  ]);
});
