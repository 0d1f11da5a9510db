import { describe, expect, test } from "vitest";
import type { NodeCondition } from "../../../src/model/api/node.ts";
import type { Config } from "../../../src/model/host/config.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { nodeConditions } from "../../../src/report/node/node-conditions.ts";
import { agoText, NOW, NOW_TEXT } from "../base.ts";
import { CONFIG, HOST } from "./base-host.ts";

function find(type: string, host: Partial<Host>, previous: readonly NodeCondition[] = []): NodeCondition | undefined {
  return nodeConditions({ config: CONFIG, host: { ...HOST, ...host }, now: NOW }, previous).find(
    (each) => each.type === type,
  );
}

const since = (type: string, status: NodeCondition["status"], seconds: number): NodeCondition => ({
  ...{ type, status, lastTransitionTime: agoText(seconds), lastHeartbeatTime: agoText(5) },
});
const times = { lastHeartbeatTime: NOW_TEXT, lastTransitionTime: NOW_TEXT };

describe("nodeConditions()", () => {
  test.each<[string, Partial<Host>, string, string]>([
    [
      "MemoryPressure",
      { memoryAvailable: 99 * 1024 ** 2 },
      "KubeletHasInsufficientMemory",
      "kubelet has insufficient memory available",
    ],
    ["DiskPressure", { diskAvailable: HOST.diskTotal * 0.09 }, "KubeletHasDiskPressure", "kubelet has disk pressure"],
    ["DiskPressure", { inodesFree: HOST.inodesTotal * 0.04 }, "KubeletHasDiskPressure", "kubelet has disk pressure"],
    [
      "PIDPressure",
      { pidsUsed: HOST.pidsMax - 100 },
      "KubeletHasInsufficientPID",
      "kubelet has insufficient PID available",
    ],
  ])("measures %s of %o", (type, host, reason, message) => {
    expect(find(type, host)).toEqual({ type, status: "True", reason, message, ...times });
  });

  test("knows file systems without a number of inodes", () => {
    expect(find("DiskPressure", { inodesTotal: 0, inodesFree: 0 })?.status).toBe("False");
  });

  test("is not ready while systemd cannot be used, and says why", () => {
    expect(find("Ready", { systemdProblem: "Cannot connect to D-Bus" }, [since("Ready", "True", 60)])).toEqual({
      ...{ type: "Ready", status: "False", reason: "SystemdNotUsable", message: "Cannot connect to D-Bus" },
      ...times,
    });
  });

  test("is not ready while pods cannot be connected, in the words of the kubelet", () => {
    const networkProblem = "cni plugin not initialized";
    const conditions = nodeConditions({ config: CONFIG, host: HOST, now: NOW, networkProblem }, []);
    expect(conditions.at(-1)).toEqual({
      ...{ type: "Ready", status: "False", reason: "KubeletNotReady" },
      message:
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
      ...times,
    });
  });

  test.each<[Partial<Config>, boolean, Pick<NodeCondition, "status" | "reason" | "message">]>([
    [{ imagePulls: "allow" }, true, { status: "True", reason: "AptFound", message: "apt-get is installed" }],
    [
      { imagePulls: "allow" },
      false,
      {
        status: "False",
        reason: "AptMissing",
        message: "images deb://NAME are not available: this distribution has no apt-get",
      },
    ],
    [
      { imagePulls: "allow", packages: "off" },
      true,
      {
        status: "False",
        reason: "PackagesOff",
        message: "packages = off in /etc/unitlet/unitlet.conf: no package is installed for a pod",
      },
    ],
  ])("says of %o with apt %j whether packages can be had", (config, hasApt, told) => {
    const all = nodeConditions({ config: { ...CONFIG, ...config }, host: { ...HOST, hasApt }, now: NOW }, []);
    expect(all.find(({ type }) => type === "PackagesReady")).toEqual({ type: "PackagesReady", ...told, ...times });
  });

  test.each<[Partial<Config>, readonly string[], Pick<NodeCondition, "status" | "reason" | "message">]>([
    [
      { imagePulls: "allow" },
      [],
      { status: "True", reason: "ImageToolsFound", message: "skopeo, umoci and crun are installed" },
    ],
    [
      { imagePulls: "allow" },
      ["umoci", "crun"],
      {
        status: "False",
        reason: "ImageToolsMissing",
        message: "images of registries cannot be pulled without umoci, crun: install.sh --with-images gets them",
      },
    ],
    [
      { imagePulls: "deny" },
      ["crun"],
      {
        status: "False",
        reason: "HostFilesOnly",
        message: "imagePulls = deny in /etc/unitlet/unitlet.conf: pods run on the host's own files",
      },
    ],
  ])("says of %o without %j whether images can be had", (config, missingImageTools, told) => {
    const all = nodeConditions(
      { config: { ...CONFIG, ...config }, host: { ...HOST, missingImageTools }, now: NOW },
      [],
    );
    expect(all.find(({ type }) => type === "ImageToolsReady")).toEqual({ type: "ImageToolsReady", ...told, ...times });
  });

  test.each([
    [0, "False", "LandlockMissing", /^the kernel has no Landlock, or the host no perl/],
    [4, "True", "LandlockFound", /^Landlock ABI 4: .* cannot inspect others\. They can signal them/],
    [6, "True", "LandlockFound", /cannot inspect others, signal them or connect/],
  ])("says of Landlock ABI %i whether processes are fenced", (landlockABI, status, reason, message) => {
    const all = nodeConditions({ config: CONFIG, host: { ...HOST, landlockABI }, now: NOW }, []);
    const found = all.find(({ type }) => type === "ProcessesFenced");
    expect(found).toMatchObject({ status, reason, message: expect.stringMatching(message) });
  });

  test("warns of known holes of the programs for images", () => {
    const hole = { tool: "skopeo", version: "1.9.3", cve: "CVE-2024-3727", effect: "a registry wins", fixed: "1.15.1" };
    const conditionWith = (acceptedVulnerabilities: readonly string[]) => {
      const config = { ...CONFIG, imagePulls: "allow", acceptedVulnerabilities } as const;
      const host = { ...HOST, missingImageTools: [], vulnerableTools: [hole] };
      return nodeConditions({ config, host, now: NOW }, []).find(({ type }) => type === "ImageToolsReady");
    };
    expect(conditionWith([])).toMatchObject({
      status: "True",
      reason: "ImageToolsVulnerable",
      message: "skopeo 1.9.3 has CVE-2024-3727: a registry wins; 1.15.1 has the fix",
    });
    expect(conditionWith(["CVE-2024-3727"])).toMatchObject({ status: "True", reason: "ImageToolsFound" });
  });

  test("keeps the time of the last change while the status is the same", () => {
    expect(find("Ready", {}, [since("Ready", "True", 60)])?.lastTransitionTime).toBe(agoText(60));
  });

  test.each([
    [299, "True"],
    [300, "False"],
  ])("%i s after its last measurement a pressure that has gone is %s", (seconds, status) => {
    const conditions = { MemoryPressure: NOW - seconds * 1000 };
    const pressureHistory = { at: NOW - 10_000, since: {}, active: [], conditions };
    expect(find("MemoryPressure", { pressureHistory })?.status).toBe(status);
  });
});
