import type { UnitOwner, UnitSections } from "../model/unit.ts";
import { decodeUnit, encodeUnit } from "./codec.ts";
import { digest } from "./hash.ts";
import type { PodNames } from "./names.ts";

const HASH_LENGTH = 16;

export const IDENTITY_SECTION = "X-Kubernetes";

const PLAIN = /^[A-Za-z]+=[\w.-]*$/;

const KINDS: readonly UnitOwner["kind"][] = [
  "container",
  "init",
  "sidecar",
  "ephemeral",
  "slice",
  "image",
  "mount",
  "sandbox",
  "socket",
];

/** Returns the owner of a unit of this pod; `container` is "" for what belongs to the pod as a whole. */
export function unitOwner(
  { namespace, name, uid }: PodNames,
  own: Omit<UnitOwner, "namespace" | "pod" | "podUID">,
): UnitOwner {
  return { namespace, pod: name, podUID: uid, ...own };
}

/**
 * Returns a unit's text: the [X-Kubernetes] section with its owner and the hash of the text, then the other sections.
 */
export function encodeOwnUnit(identity: UnitOwner, sections: UnitSections): string {
  return ownUnit(identity, encodeUnit(sections));
}

function ownUnit(identity: UnitOwner, body: string): string {
  const lines = [
    ["Namespace", identity.namespace],
    ["Pod", identity.pod],
    ["PodUID", identity.podUID],
    ["Container", identity.container],
    ["Kind", identity.kind],
    ["SpecHash", identity.specHash],
    ...(identity.serviceType === undefined ? [] : [["ServiceType", identity.serviceType] as const]),
    ...(identity.stopHelper ? [["StopHelper", "yes"] as const] : []),
    ...(identity.stopTimeout === undefined ? [] : [["StopTimeout", String(identity.stopTimeout)] as const]),
    ...(identity.cgroup === undefined ? [] : [["Cgroup", identity.cgroup] as const]),
    ["TextHash", digest(body, HASH_LENGTH)],
  ] as const;
  return `${encodeUnit([[IDENTITY_SECTION, lines]])}\n${body}`;
}

/**
 * True when the text still has the digest it was written with. A difference from the desired text then comes from an
 * upgrade or the host, and does not restart the container.
 */
export function isIntact(text: string): boolean {
  const end = text.indexOf("\n\n[");
  const written = /^TextHash=([0-9a-f]+)$/m.exec(text.slice(0, Math.max(0, end)))?.[1];
  return written === digest(text.slice(end + 2), HASH_LENGTH);
}

/** Returns the unit's text with another TimeoutStopSec=. */
export function withStopTimeout(text: string, identity: UnitOwner, seconds: number): string {
  const body = text.slice(text.indexOf("\n\n[") + 2);
  return ownUnit(
    { ...identity, stopTimeout: seconds },
    body.replace(/^TimeoutStopSec=.*$/m, `TimeoutStopSec=${seconds}`),
  );
}

/** Returns undefined when the text has no complete [X-Kubernetes] section: the unit is not ours. */
export function readIdentity(text: string): UnitOwner | undefined {
  const start = text.search(/(?<=^|\n)\[X-Kubernetes\]\r?\n/);
  if (start < 0) return undefined;
  const end = text.indexOf("\n[", start);
  // Only this section is parsed: an administrator's edit of others must not hide the owner.
  const own = end < 0 ? text.slice(start) : text.slice(start, end);
  const section = plainSection(own) ?? sectionOf(own);
  if (section === undefined) return undefined;
  const value = (key: string) => section[key]?.[0] ?? "";
  const kind = KINDS.find((k) => k === value("Kind"));
  if (kind === undefined || !value("PodUID") || !value("Namespace") || !value("Pod")) return undefined;
  return {
    namespace: value("Namespace"),
    pod: value("Pod"),
    podUID: value("PodUID"),
    container: value("Container"),
    kind,
    specHash: value("SpecHash"),
    ...(value("ServiceType") !== "" && { serviceType: value("ServiceType") }),
    ...(value("StopHelper") === "yes" && { stopHelper: true }),
    ...(value("Cgroup") !== "" && { cgroup: value("Cgroup") }),
    ...(value("StopTimeout") !== "" && { stopTimeout: Number(value("StopTimeout")) }),
  };
}

/**
 * Returns the lines of a section without quotes and continuation lines; undefined for any other. A run reads about 100
 * units, and the general parser is ten times slower.
 */
function plainSection(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  const [, ...lines] = text.trim().split("\n");
  if (!lines.every((line) => PLAIN.test(line))) return undefined;
  return Object.fromEntries(
    lines.toReversed().map((line) => [line.slice(0, line.indexOf("=")), [line.slice(line.indexOf("=") + 1)]]),
  );
}

function sectionOf(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  try {
    return decodeUnit(text)[IDENTITY_SECTION];
  } catch {
    return undefined;
  }
}
