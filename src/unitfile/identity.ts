import type { Identity } from "../model/unit.ts";
import { decodeUnit } from "./codec.ts";

export const IDENTITY_SECTION = "X-Kubernetes";

const KINDS: readonly Identity["kind"][] = ["container", "init", "slice"];

/** Lines of the [X-Kubernetes] section, which marks a unit as ours and says whose it is. */
export function identityLines(identity: Identity): readonly (readonly [string, string])[] {
  return [
    ["Namespace", identity.namespace],
    ["Pod", identity.pod],
    ["PodUID", identity.podUID],
    ["Container", identity.container],
    ["Kind", identity.kind],
    ["SpecHash", identity.specHash],
    ["Translation", String(identity.translation)],
  ];
}

/** Undefined when the text has no complete [X-Kubernetes] section: the unit belongs to somebody else. */
export function readIdentity(text: string): Identity | undefined {
  const start = text.search(/(?<=^|\n)\[X-Kubernetes\]\r?\n/);
  if (start < 0) return undefined;
  const end = text.indexOf("\n[", start);
  // Only this section is parsed: what an admin did to the others must not hide whose unit it is.
  const section = sectionOf(end < 0 ? text.slice(start) : text.slice(start, end));
  if (section === undefined) return undefined;
  const value = (key: string) => section[key]?.[0] ?? "";
  const kind = KINDS.find((k) => k === value("Kind"));
  const translation = value("Translation");
  if (kind === undefined || !value("PodUID") || !value("Namespace") || !value("Pod") || !/^\d+$/.test(translation))
    return undefined;
  return {
    namespace: value("Namespace"),
    pod: value("Pod"),
    podUID: value("PodUID"),
    container: value("Container"),
    kind,
    specHash: value("SpecHash"),
    translation: Number(translation),
  };
}

function sectionOf(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  try {
    return decodeUnit(text)[IDENTITY_SECTION];
  } catch {
    return undefined;
  }
}
