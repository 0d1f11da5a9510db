import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { KeyPairRequest, Validity } from "../../model/host/credentials.ts";
import { CLIENT_KEY_PAIR, PKI, SERVING_KEY_PAIR } from "../../model/paths.ts";
import { modifiedAt, readOptional, remove, writeAtomic } from "../files.ts";
import { makeKey } from "./certificate-request.ts";

/** A key for which a certificate was, or is about to be, asked for. */
export interface Pending {
  readonly key: string;
  readonly nodeName: string;
  readonly names: readonly string[];
}

const CURRENT = { client: CLIENT_KEY_PAIR, serving: SERVING_KEY_PAIR } as const;
const pendingPath = (kind: KeyPairRequest["kind"]) => `${PKI}/${kind}-pending.json`;

/** Undefined when there is none, or when what is there cannot be used: not whole, or of two minds. */
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

/** Key and certificate in one file, so that there is one moment at which the new pair takes the place of the old one. */
export function writeKeyPair(kind: KeyPairRequest["kind"], key: string, certificate: string): void {
  writeAtomic(CURRENT[kind], key + certificate, 0o600);
}

/** The key of a request that was made for the same wish, also by a run that was killed, or a new one. */
export function pendingKey({ kind, nodeName, names }: KeyPairRequest): string {
  const before = readPending(kind);
  if (before?.nodeName === nodeName && before.names.join() === names.join()) return before.key;
  const pending: Pending = { key: makeKey(), nodeName, names };
  // On disk before anybody is asked: a certificate without its key would be of no use.
  writeAtomic(pendingPath(kind), JSON.stringify(pending), 0o600);
  return pending.key;
}

export function hasPending(kind: KeyPairRequest["kind"]): boolean {
  return modifiedAt(pendingPath(kind)) !== undefined;
}

export function forgetPending(kind: KeyPairRequest["kind"]): void {
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

export function validity(certificate: X509Certificate): Validity {
  return { from: certificate.validFromDate.getTime(), to: certificate.validToDate.getTime() };
}

/** Names come and go with addresses; a client certificate of another name would be somebody else's. */
export function isFor(certificate: X509Certificate, { kind, nodeName, names }: KeyPairRequest): boolean {
  if (kind === "client") return certificate.subject.split("\n").includes(`CN=system:node:${nodeName}`);
  return names.every((name) => isForName(certificate, name));
}

export function isForName(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}
