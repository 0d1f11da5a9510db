import { createPrivateKey, X509Certificate } from "node:crypto";
import { readAdministratorFile } from "../../io/administrator-file.ts";
import { readOptional, writeAtomic } from "../../io/files.ts";
import { isForName } from "../../io/pki/key-pair-files.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Endpoint } from "../../model/host/config.ts";
import { API_STATE_DIR, SERVING_KEY_PAIR } from "../../model/paths.ts";
import { type KeyPair, selfSigned } from "./self-signed.ts";

/** The self-signed certificate and its key. */
export const SELF_SIGNED_FILE = `${API_STATE_DIR}/self-signed.pem`;
const DAY_MS = 24 * 3_600_000;
const LIFETIME_MS = 365 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;

/**
 * Returns the key pair of the port: the configured one, the one that the cluster has signed, or a self-signed one. Throws
 * ConfigError.
 */
export function servingKeyPair(endpoint: Endpoint, names: readonly string[], now: Instant): KeyPair {
  const { servingPair: configured, servingCertificate } = endpoint;
  if (configured !== undefined) return { certificate: textOf(configured.certificate), key: textOf(configured.key) };
  const signed = servingCertificate === "self-signed" ? undefined : readOptional(SERVING_KEY_PAIR);
  if (signed !== undefined && isUsable(signed, [], now, 0)) return { certificate: signed, key: signed };
  if (servingCertificate === "csr") throw noCertificate();
  return ownKeyPair(names, now);
}

const textOf = (path: string) => readAdministratorFile(path).toString();

/** Returns the stored self-signed key pair. It is replaced 30 days before it expires, and when the names change. */
function ownKeyPair(names: readonly string[], now: Instant): KeyPair {
  const stored = readOptional(SELF_SIGNED_FILE);
  if (stored !== undefined && isUsable(stored, names, now, RENEW_BEFORE_MS))
    return { certificate: stored, key: stored };
  const created = selfSigned(names[0] ?? "unitlet", names, now, LIFETIME_MS);
  // Key and certificate are in one file, so that one rename replaces both.
  writeAtomic(SELF_SIGNED_FILE, created.key + created.certificate, 0o600);
  return created;
}

function noCertificate(): Error {
  const message =
    "servingCertificate = csr, and no request of this node for kubernetes.io/kubelet-serving is approved: run kubectl get csr, and kubectl certificate approve";
  return Object.assign(new Error(message), { name: "ConfigError" });
}

/**
 * True when a key pair is valid for at least `remaining` milliseconds and for all these names, and its key and certificate
 * match.
 */
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
