/** A hole of a program that pulls or runs images. */
export interface Vulnerability {
  readonly tool: string;
  readonly cve: string;
  /** What an attacker gains. */
  readonly effect: string;
  /** The first vulnerable version; undefined: all before the first fix. */
  readonly since?: string;
  /** The first version of each branch that has the fix, the oldest branch first. */
  readonly fixed: readonly string[];
}

/** A hole that a program of this host has, by its version. */
export interface VulnerableTool extends Pick<Vulnerability, "tool" | "cve" | "effect"> {
  readonly version: string;
  /** The newest branch's version with the fix. */
  readonly fixed: string;
}

/**
 * The known holes that a pull or a container of unitlet can reach. Absent are those of runc of November 2025 (CVE-2025-31133,
 * CVE-2025-52565, CVE-2025-52881) and CVE-2024-21626, which do not affect crun according to its maintainers, and CVE-2025-24965,
 * which concerns crun's handler for virtual machines only.
 */
const VULNERABILITIES: readonly Vulnerability[] = [
  {
    ...{ tool: "crun", cve: "CVE-2022-27650", fixed: ["1.4.4"] },
    effect: "programs with file capabilities gain capabilities",
  },
  {
    ...{ tool: "crun", cve: "CVE-2026-30892", since: "1.19", fixed: ["1.27"] },
    effect: "crun exec takes user 1 for root",
  },
  {
    ...{ tool: "skopeo", cve: "CVE-2024-3727", fixed: ["1.14.4", "1.15.1"] },
    effect: "a registry can make a pull read other paths and send requests with its credentials",
  },
  {
    ...{ tool: "umoci", cve: "CVE-2021-29136", fixed: ["0.4.7"] },
    effect: "an image can overwrite files of the host",
  },
];

/** Returns the holes of a program with this version; none for a version that is no version. */
export function vulnerabilitiesOf(tool: string, version: string): readonly VulnerableTool[] {
  const own = parse(version);
  if (own === undefined) return [];
  return VULNERABILITIES.filter((each) => each.tool === tool && isVulnerable(own, each)).map(
    ({ cve, effect, fixed }) => ({
      ...{ tool, version, cve, effect },
      fixed: fixed.at(-1) ?? "",
    }),
  );
}

type Version = readonly [major: number, minor: number, patch: number];

function parse(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** A branch (1.14) with a fix is fixed from that version on; all other branches from the newest fix on. */
function isVulnerable(own: Version, { since, fixed }: Vulnerability): boolean {
  const first = since === undefined ? undefined : parse(since);
  if (first !== undefined && isBelow(own, first)) return false;
  const fixes = fixed.map(parse).filter((each) => each !== undefined);
  const branch = fixes.find(([major, minor]) => major === own[0] && minor === own[1]) ?? fixes.at(-1);
  return branch !== undefined && isBelow(own, branch);
}

function isBelow(one: Version, other: Version): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** Returns the words for one hole. */
export function describeVulnerability({ tool, version, cve, effect, fixed }: VulnerableTool): string {
  return `${tool} ${version} has ${cve}: ${effect}; ${fixed} has the fix`;
}
