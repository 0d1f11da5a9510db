import { chmodSync, chownSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containersOf } from "../../src/model/api/containers.ts";
import { podRunDir, volumePath } from "../../src/model/paths.ts";
import type { DesiredVolume } from "../../src/model/step.ts";
import type { Runnable } from "../../src/model/translation.ts";
import { neededMountPoints } from "../../src/translate/volumes/host-paths.ts";
import { CASES, LIB_DIR, translateCase } from "../golden/cases.ts";
import { installedHelpers } from "../support/installed-files.ts";
import { Machine } from "../support/machine.ts";
import { putFiles } from "../support/put-files.ts";

const PODS = CASES.flatMap(translateCase).filter((each): each is Runnable => each.kind === "runnable");
const CONTAINERS = PODS.flatMap(({ containers }) => containers).flatMap(({ kind, unit }) =>
  unit ? [{ kind, unit }] : [],
);
const UNITS = [
  ...PODS.map(({ slice }) => slice),
  ...PODS.flatMap(({ auxiliaryUnits }) => auxiliaryUnits),
  ...CONTAINERS.map(({ unit }) => unit),
];

let machine: Machine;

/** Everything that a run would have written, by the machine's own files; what belongs into /run is copied there. */
beforeAll(async () => {
  machine = await Machine.boot("golden", { net: "private" });
  await putFiles(machine, "/", writeAll);
  const made = PODS.flatMap(({ storage }) => storage.flatMap((each) => (each.kind === "directory" ? [each.path] : [])));
  // A run would find out that the host lacks a mount point.
  const points = PODS.flatMap(({ pod }) => containersOf(pod.spec).flatMap(neededMountPoints));
  await machine.exec(["mkdir", "-p", ...made, ...points]);
  await machine.exec(["cp", "-a", "/opt/golden/run/.", "/run/"]);
});

function writeAll(root: string): void {
  for (const directory of [LIB_DIR, "/etc/systemd/system"]) mkdirSync(root + directory, { recursive: true });
  for (const { source, name, mode } of installedHelpers("container")) {
    copyFileSync(source, `${root}${LIB_DIR}/${name}`);
    chmodSync(`${root}${LIB_DIR}/${name}`, mode);
  }
  for (const name of ["hosts", "resolv.conf"]) writeFileSync(`${root}/etc/${name}`, "");
  for (const { name, text } of UNITS) writeFileSync(`${root}/etc/systemd/system/${name}`, text);
  for (const pod of PODS) writeVolatile(`${root}/opt/golden`, pod);
}

afterAll(() => machine[Symbol.asyncDispose]());

function writeVolatile(below: string, { pod, files, volumes }: Runnable): void {
  const { uid } = pod.metadata;
  mkdirSync(below + podRunDir(uid), { recursive: true });
  for (const file of files) write(`${below}${podRunDir(uid)}/${file.name}`, file.text, file.mode ?? 0o600, file.uid);
  for (const volume of volumes) writeVolume(below + volumePath(uid, volume.name), volume);
}

function writeVolume(path: string, { files }: DesiredVolume): void {
  for (const [name, { content, mode, uid }] of files) write(join(path, "..1", name), content, mode, uid ?? 0);
  symlinkSync("..1", join(path, "..data"));
  for (const top of new Set(files.map(([name]) => name.split("/")[0] ?? ""))) {
    symlinkSync(join("..data", top), join(path, top));
  }
}

function write(path: string, text: string, mode: number, owner: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
  chownSync(path, owner, 0);
}

test("systemd finds nothing to say about any unit", async () => {
  const paths = UNITS.map(({ name }) => `/etc/systemd/system/${name}`);
  const { stdout, stderr } = await machine.exec(
    ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", ...paths],
    { allowFailure: true },
  );
  expect(stderr + stdout).toBe("");
});

test("every container starts and goes on running", async () => {
  const names = CONTAINERS.map(({ unit }) => unit.name);
  await machine.exec(["systemctl", "daemon-reload"]);
  await machine.exec(["systemctl", "start", "--no-block", ...names]);
  const expected = CONTAINERS.filter(({ kind }) => kind === "container").map(({ unit }) => unit.name);
  await machine.until(async () => (await running()).length >= expected.length, { what: "all containers to run" });
  expect(await running()).toEqual(expected.toSorted());
});

async function running(): Promise<string[]> {
  const { stdout } = await machine.exec("systemctl list-units --plain --no-legend --state=running 'unitlet.*'");
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" ")[0] ?? "")
    .toSorted();
}
