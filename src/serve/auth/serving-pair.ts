import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { readOptional, writeAtomic } from "../../io/files.ts";
import { isForName } from "../../io/pki/key-pair-files.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Endpoint } from "../../model/host/config.ts";
import { PKI, SERVING_KEY_PAIR } from "../../model/paths.ts";
import { type KeyPair, selfSigned } from "./self-signed.ts";

const OWN = `${PKI}/self-signed.pem`;
const DAY_MS = 24 * 3_600_000;
const LIFETIME_MS = 365 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;

/** What the port is served with: what the configuration names, what the cluster has signed, or a pair of our own. */
export function servingKeyPair(endpoint: Endpoint, names: readonly string[], now: Instant): KeyPair {
  const { servingPair: given, servingCertificate } = endpoint;
  if (given !== undefined)
    return { certificate: readFileSync(given.certificate, "utf8"), key: readFileSync(given.key, "utf8") };
  const signed = servingCertificate === "self-signed" ? undefined : readOptional(SERVING_KEY_PAIR);
  if (signed !== undefined && isUsable(signed, [], now, 0)) return { certificate: signed, key: signed };
  if (servingCertificate === "csr") throw noCertificate();
  return ownKeyPair(names, now);
}

/** Made once, and again when it is due. */
function ownKeyPair(names: readonly string[], now: Instant): KeyPair {
  const kept = readOptional(OWN);
  if (kept !== undefined && isUsable(kept, names, now, RENEW_BEFORE_MS)) return { certificate: kept, key: kept };
  const made = selfSigned(names[0] ?? "unitlet", names, now, LIFETIME_MS);
  // In one file, so that there is never a key without its certificate.
  writeAtomic(OWN, made.key + made.certificate, 0o600);
  return made;
}

function noCertificate(): Error {
  const message =
    "servingCertificate = csr, and no request of this node for kubernetes.io/kubelet-serving was approved yet: see kubectl get csr, and kubectl certificate approve";
  return Object.assign(new Error(message), { name: "ConfigError" });
}

/** Whole, not to end for so long, and for all of these names: addresses come and go. */
export function isUsable(text: string, names: readonly string[], now: Instant, remaining: number): boolean {
  try {
    const certificate = new X509Certificate(text);
    const isCurrent = certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - now > remaining;
    const isForAll = names.every((name) => isForName(certificate, name));
    return isCurrent && isForAll && certificate.checkPrivateKey(createPrivateKey(text));
  } catch {
    return false;
  }
}
