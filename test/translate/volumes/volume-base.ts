import type { Pod } from "../../../src/model/api/pod.ts";
import type { ProjectedSource, Volume } from "../../../src/model/api/volume.ts";
import type { FetchResult, ResolvedReferences } from "../../../src/model/references.ts";
import type { VolumeFile } from "../../../src/model/step.ts";
import { translateVolumes } from "../../../src/translate/volumes/volumes.ts";
import { NOW, pod, UID } from "../base.ts";

export const base64 = (text: string) => Buffer.from(text).toString("base64");
export const ok = (value: unknown): FetchResult => ({ ok: true, value, at: NOW });
export const failed = (because: string, missing = false): FetchResult => ({ ok: false, missing, because, at: NOW });

export const KNOWN: ResolvedReferences = new Map([
  ["configmap/shop/map", ok({ data: { a: "A", b: "B" }, binaryData: { bytes: "/wA=" } })],
  ["secret/shop/keys", ok({ data: { a: base64("A"), bytes: "/wA=" } })],
  [`token/${UID}/default/3600/`, ok("T")],
  ["clustertrustbundle//roots", ok("PEM")],
  ["configmap/shop/gone", failed('configmap "gone" not found', true)],
  ["secret/shop/gone", failed('secret "gone" not found', true)],
]);
export const ALLOCATABLE = { cpu: 4000, memory: 8_000_000_000, ephemeralStorage: 1_000_000, pods: 110 };
export const TOKEN: ProjectedSource = { serviceAccountToken: { path: "token" } };
export const field = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } });

export function translated(of: Pod, references = KNOWN, present: ReadonlyMap<string, string> = new Map()) {
  return translateVolumes({ pod: of, references, allocatable: ALLOCATABLE, hostFiles: new Map() }, present);
}

export function filesOf(volume: Omit<Volume, "name">, spec: Partial<Pod["spec"]> = {}): Record<string, VolumeFile> {
  const { written, missing } = translated(pod({ ...spec, volumes: [{ name: "v", ...volume }] }));
  const [first] = written;
  if (first === undefined) throw new Error([...missing.values()].join());
  return Object.fromEntries(first.files);
}

export const projected = (...sources: ProjectedSource[]) => ({ projected: { sources } });
