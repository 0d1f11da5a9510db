import { describe, expect, test } from "vitest";
import { vulnerabilitiesOf } from "../../../src/model/image/tool-vulnerabilities.ts";

describe("the known holes of a program for images", () => {
  test.each([
    ["crun", "1.4.3", ["CVE-2022-27650"]],
    ["crun", "1.4.4", []],
    ["crun", "1.8.1", []],
    ["crun", "1.18.2", []],
    ["crun", "1.19", ["CVE-2026-30892"]],
    ["crun", "1.26", ["CVE-2026-30892"]],
    ["crun", "1.27", []],
    ["skopeo", "1.9.3", ["CVE-2024-3727"]],
    ["skopeo", "1.14.3", ["CVE-2024-3727"]],
    ["skopeo", "1.14.4", []],
    ["skopeo", "1.15.0", ["CVE-2024-3727"]],
    ["skopeo", "1.15.1-dev", []],
    ["skopeo", "2.0.0", []],
    ["umoci", "0.4.6", ["CVE-2021-29136"]],
    ["umoci", "0.4.7+ds-3+b7", []],
    ["umoci", "", []],
    ["umoci", "unknown", []],
  ])("%s %s", (tool, version, expected) => {
    expect(vulnerabilitiesOf(tool, version).map(({ cve }) => cve)).toEqual(expected);
  });
});
