import type { Container, Pod } from "../../../src/model/api/pod.ts";
import type { FetchResult } from "../../../src/model/references.ts";
import { declaredVariables, hostVariables } from "../../../src/translate/env/environment.ts";
import { container, NO_REFERENCES, NOW, podOf, UID } from "../base.ts";

/** What a container has that asks for nothing. */
export const GIVEN = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  HOSTNAME: "edge",
};

export const ok = (value: unknown): FetchResult => ({ ok: true, value, at: NOW });
const base64 = (text: string) => Buffer.from(text).toString("base64");
export const KNOWN = new Map<string, FetchResult>([
  ...NO_REFERENCES,
  ["configmap/shop/map", ok({ data: { a: "A", "data-1": "D" }, binaryData: { bytes: "/wA=" } })],
  ["secret/shop/keys", ok({ data: { k: base64("K"), bytes: "/0E=" } })],
  ["secret/shop/texts", ok({ data: { k: base64("K"), a: base64("SA") } })],
  ["configmap/shop/gone", { ok: false, missing: true, because: 'configmap "gone" not found', at: NOW }],
  ["secret/shop/lost", { ok: false, missing: false, because: "503", at: NOW }],
]);

export function environmentOf(change: Partial<Container>, user = {}, of: Pod = podOf(change), known = KNOWN): object {
  const context = {
    pod: of,
    container: container(change),
    references: known,
    addresses: { hostIPs: ["192.0.2.7", "2001:db8::7"], podIPs: ["192.0.2.7", "2001:db8::7"] },
    envFiles: new Map([[`${UID}/v/dir/file`, "# made\nA='one'\nB='two\nlines' # end\nC= 'none'\n"]]),
    allocatable: { cpu: 3500, memory: 8_000_000_000, ephemeralStorage: 1_000_000, pods: 110 },
  };
  const result = declaredVariables(context);
  return result.ok ? Object.fromEntries(hostVariables(result.declared, "edge", user)) : result;
}
