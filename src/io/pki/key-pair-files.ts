import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { KeyPairRequest, Validity } from "../../model/host/credentials.ts";
import { CLIENT_KEY_PAIR, PKI, SERVING_KEY_PAIR } from "../../model/paths.ts";
import { modifiedAt, readOptional, remove, writeAtomic } from "../files.ts";
import { makeKey } from "./certificate-request.ts";

/** A key for which a certificate has been requested, or is about to be. */
export interface Pending {
  readonly key: string;
  readonly nodeName: string;
  readonly names: readonly string[];
}

const CURRENT = { client: CLIENT_KEY_PAIR, serving: SERVING_KEY_PAIR } as const;
const pendingPath = (kind: KeyPairRequest["kind"]) => `${PKI}/${kind}-pending.json`;

/**
 * Returns the certificate of a stored key pair. Undefined when there is none, when it cannot be parsed, or when key and
 * certificate do not match.
 */
export function readKeyPair(kind: KeyPairRequest["kind"]): X509Certificate | undefined {
  const text = readOptional(CURRENT[kind]);
  if (text === undefined) return undefined;
  try {
    const certificate = new X509Certificate(text);
    return certificate.checkPrivateKey(createPrivateKey(text)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a key pair. Key and certificate are in one file, so that one rename replaces both. */
export function writeKeyPair(kind: KeyPairRequest["kind"], key: string, certificate: string): void {
  writeAtomic(CURRENT[kind], key + certificate, 0o600);
}

/** Returns the stored key of a pending request for the same node and names, or a new key. A killed run leaves its key. */
export function pendingKey({ kind, nodeName, names }: KeyPairRequest): string {
  const before = readPending(kind);
  if (before?.nodeName === nodeName && before.names.join() === names.join()) return before.key;
  const pending: Pending = { key: makeKey(), nodeName, names };
  // The key is stored before the request is sent, because a certificate without its key is useless.
  writeAtomic(pendingPath(kind), JSON.stringify(pending), 0o600);
  return pending.key;
}

/** True when a key is stored for which no certificate has been issued yet. */
export function hasPending(kind: KeyPairRequest["kind"]): boolean {
  return modifiedAt(pendingPath(kind)) !== undefined;
}

/** Removes the key of a pending request. The next request has a new key. It need not exist. */
export function removePending(kind: KeyPairRequest["kind"]): void {
  remove(pendingPath(kind));
}

function readPending(kind: KeyPairRequest["kind"]): Pending | undefined {
  try {
    const { key, nodeName, names } = JSON.parse(readOptional(pendingPath(kind)) ?? "") as Partial<Pending>;
    if (key === undefined || nodeName === undefined || !Array.isArray(names)) return undefined;
    createPrivateKey(key);
    return { key, nodeName, names };
  } catch {
    return undefined;
  }
}

/** Returns the validity of a certificate in milliseconds since the epoch. */
export function validity(certificate: X509Certificate): Validity {
  return { from: certificate.validFromDate.getTime(), to: certificate.validToDate.getTime() };
}

/** True when a certificate is for this node name (client), or for all these names and addresses (serving). */
export function isFor(certificate: X509Certificate, { kind, nodeName, names }: KeyPairRequest): boolean {
  if (kind === "client") return certificate.subject.split("\n").includes(`CN=system:node:${nodeName}`);
  return names.every((name) => isForName(certificate, name));
}

/** True when a certificate is valid for a host name or an IP address. */
export function isForName(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}
