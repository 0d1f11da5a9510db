import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { readIfThere, writeWhole } from "../io/files.ts";
import type { Endpoint } from "../model/config.ts";
import { DATA } from "../model/paths.ts";
import type { Instant } from "../model/time.ts";
import { type Pair, selfSigned } from "./self-signed.ts";

const OWN = `${DATA}/pki/self-signed.pem`;
const DAY = 24 * 3_600_000;
const LIFETIME = 365 * DAY;
const RENEW_BEFORE = 30 * DAY;

/** What the port is served with: what the configuration names, or else a pair of our own, made once and when it is due. */
export function servingPair({ servingPair: given }: Endpoint, names: readonly string[], now: Instant): Pair {
  if (given !== undefined)
    return { certificate: readFileSync(given.certificate, "utf8"), key: readFileSync(given.key, "utf8") };
  const kept = readIfThere(OWN);
  if (kept !== undefined && isUsable(kept, names, now)) return { certificate: kept, key: kept };
  const made = selfSigned(names[0] ?? "unitlet", names, now, LIFETIME);
  // In one file, so that there is never a key without its certificate.
  writeWhole(OWN, made.key + made.certificate, 0o600);
  return made;
}

/** Whole, not about to end, and for all of these names: addresses come and go. */
export function isUsable(text: string, names: readonly string[], now: Instant): boolean {
  try {
    const certificate = new X509Certificate(text);
    const isCurrent =
      certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - now > RENEW_BEFORE;
    const isFor = (name: string) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name));
    return isCurrent && certificate.checkPrivateKey(createPrivateKey(text)) && names.every(isFor);
  } catch {
    return false;
  }
}
