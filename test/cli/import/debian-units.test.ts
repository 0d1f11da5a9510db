import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importUnit } from "../../../src/cli/import/import-unit.ts";
import { reasonFor } from "../../../src/cli/import/reasons.ts";
import { assumedHost, requiredFiles } from "../../../src/cli/render/assumed-host.ts";
import { assumedObjects } from "../../../src/cli/render/assumed-objects.ts";
import { renderPods } from "../../../src/cli/render/render-pods.ts";
import { formatYaml } from "../../../src/io/schema/format-yaml.ts";
import { parseManifests } from "../../../src/io/schema/manifest-files.ts";
import type { Pod } from "../../../src/model/api/pod.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { CONFIG, runnable, runOption } from "../../translate/base.ts";

/** The section [Service] of units of Debian packages, by the name of the unit. */
const UNITS = new Map(
  readFileSync(new URL("debian-units.txt", import.meta.url), "utf8")
    .split(/^==== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)] as const),
);

/** What the test compares. Everything else must have a note, or be what all containers have. */
const COMPARED =
  /^(ExecStart|ExecStartPre|ExecStop|User|Environment|Restart|TimeoutStopSec|KillSignal|LimitNOFILE|CapabilityBoundingSet|NoNewPrivileges|WorkingDirectory|Type|MemoryMax|CPUQuota|ReadWritePaths|ReadWriteDirectories|(Runtime|State|Cache|Logs|Configuration)Directory(Mode)?|RestartSec|PrivateNetwork|PrivateIPC|Group|WatchdogSec|BusName|DynamicUser|BindReadOnlyPaths|AmbientCapabilities|RestartPreventExitStatus)$/;

function imported(name: string): { readonly pod: Pod; readonly notes: readonly string[] } {
  const { manifest, notes } = importUnit(name, UNITS.get(name) ?? "");
  const text = formatYaml(manifest);
  const { pods, problems } = parseManifests([{ name: "pod.yaml", read: () => Buffer.from(text) }], "node");
  expect(problems).toEqual([]);
  expect(pods).toMatchObject([{ spec: manifest.spec }]);
  return { pod: pods[0] as Pod, notes };
}

/** The directives of the unit that `unitlet render` prints for the container, and its launch file. */
function rendered(pod: Pod) {
  const [{ refused, units = [] } = {}] = renderPods([pod], { config: CONFIG, libDir: "/lib/unitlet" });
  const name = pod.spec.containers[0]?.name ?? "";
  const unit = units.find((each) => each.name.endsWith(`.${name}.service`));
  const host = assumedHost(pod, { memoryTotal: 2 ** 33, swapTotal: 0 });
  const { files } = runnable(pod, { host, references: assumedObjects(pod), hostFiles: requiredFiles(pod) });
  const launch = files.find((each) => each.name === `${name}.env`)?.text ?? "";
  return { refused, service: decodeUnit(unit?.text ?? "").Service ?? {}, launch };
}

describe.each([...UNITS.keys()])("%s", (name) => {
  const given = decodeUnit(UNITS.get(name) ?? "").Service ?? {};
  const last = (key: string) => given[key]?.at(-1);

  test("becomes a manifest that render takes, and means the same there", () => {
    const { pod, notes } = imported(name);
    const { refused, service, launch } = rendered(pod);
    const start = service.ExecStart?.[0] ?? "";
    const noted = (key: string) => notes.some((note) => note.startsWith(`${key}=`));
    expect(refused).toBeUndefined();
    // The program and its words, unless a variable or a prefix changes them.
    const words = (last("ExecStart") ?? "").replace(/^[-!:]*/, "");
    if (!/[$'"\\%@+]/.test(last("ExecStart") ?? "") && !noted("ExecStart"))
      expect(launch).toContain(
        `set -- ${words
          .split(/\s+/)
          .map((word) => `'${word}'`)
          .join(" ")}\n`,
      );
    for (const pair of (given.Environment ?? []).filter((each) => !/["' ]/.test(each)))
      expect(launch).toContain(`export ${pair.replace("=", "='")}'\n`);
    if (last("RestartPreventExitStatus") !== undefined) {
      const codes = service.RestartForceExitStatus?.[0]?.split(" ");
      expect(codes).toContain("1");
      expect(codes).not.toContain(last("RestartPreventExitStatus"));
    } else if (!noted("Restart"))
      expect(service.Restart).toEqual([{ always: "always", "on-failure": "always" }[last("Restart") ?? ""] ?? "no"]);
    if (last("Restart") === "on-failure" && last("RestartPreventExitStatus") === undefined)
      expect(service.RestartPreventExitStatus?.[0]).toMatch(/^0\b/);
    if (last("KillSignal") !== undefined) expect(service.KillSignal).toEqual([last("KillSignal")]);
    if (last("LimitNOFILE") !== undefined) expect(service.LimitNOFILE).toEqual([last("LimitNOFILE")]);
    if (/^(yes|true)$/.test(last("NoNewPrivileges") ?? "")) expect(start).toContain('"--no-new-privs"');
    const user = last("User") ?? "root";
    if (!noted("ExecStart") && !noted("DynamicUser"))
      expect(runOption(start, "--reuid", 1)).toEqual([user === "root" ? "0" : `ID-OF-${user}`]);
    if (given.CapabilityBoundingSet?.length === 1 && user === "root" && !last("CapabilityBoundingSet")?.startsWith("~"))
      expect(runOption(start, "--bounding-set", 1)[0]?.split(",").toSorted()).toEqual(
        (last("CapabilityBoundingSet") || "none").toLowerCase().replaceAll("cap_", "").split(/\s+/).toSorted(),
      );
    const ambient = user === "root" && given.CapabilityBoundingSet === undefined ? last("AmbientCapabilities") : "";
    for (const name of ambient?.toLowerCase().replaceAll("cap_", "").split(" ") ?? [])
      expect(runOption(start, "--bounding-set", 1)[0]).toContain(name);
    for (const path of (given.ReadWritePaths ?? [])
      .flatMap((value) => value.split(/\s+/))
      .filter((path) => !path.includes("%")))
      expect(runOption(start, "--bind", 3).join("\n")).toContain(path.replace(/^-/, "").replace("/var/run/", "/run/"));
  });

  test("loses no directive without a note", () => {
    const { notes } = imported(name);
    const silent = Object.entries(given).filter(
      ([key]) => !COMPARED.test(key) && !notes.some((note) => note.startsWith(`${key}=`)),
    );
    const always = silent.filter(([key, values]) => reasonFor(key, values.at(-1) ?? "") === undefined);
    expect(silent).toEqual(always);
    expect(notes.join("\n")).not.toContain("does not know");
  });
});

test("there are units of fifty services", () => {
  expect(UNITS.size).toBeGreaterThanOrEqual(50);
});
