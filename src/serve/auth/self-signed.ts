import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import * as der from "../../io/pki/der.ts";
import { alternativeNames, distinguishedName, ECDSA_WITH_SHA256, extension, pem } from "../../io/pki/x509.ts";
import type { Instant } from "../../model/api/time.ts";

const SERVER_AUTH = der.objectIdentifier("1.3.6.1.5.5.7.3.1");
const HOUR_MS = 3_600_000;

/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Returns a new key on P-256 and a self-signed certificate for these names and addresses, both as PEM. `lifetime` is in
 * milliseconds.
 */
export function selfSigned(commonName: string, names: readonly string[], now: Instant, lifetime: number): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = distinguishedName(commonName);
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    name,
    // The certificate is valid from an hour ago, because the clock of a client may be behind.
    der.sequence(der.time(new Date(now - HOUR_MS)), der.time(new Date(now + lifetime))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, extensions(names)),
  );
  const certificate = der.sequence(body, ECDSA_WITH_SHA256, der.bitString(sign("sha256", body, privateKey)));
  return {
    certificate: pem("CERTIFICATE", certificate),
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

function extensions(names: readonly string[]): Buffer {
  return der.sequence(
    // basicConstraints: no authority; keyUsage: digitalSignature.
    extension("2.5.29.19", true, der.sequence()),
    extension("2.5.29.15", true, der.bitString(Buffer.from([0x80]), 7)),
    extension("2.5.29.37", false, der.sequence(SERVER_AUTH)),
    alternativeNames(names),
  );
}
