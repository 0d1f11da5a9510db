import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as der from "../../src/io/pki/der.ts";
import { distinguishedName, ECDSA_WITH_SHA256, extension, pem } from "../../src/io/pki/x509.ts";

export interface Wanted {
  /** The directory of ca.crt and ca.key; without it the certificate is signed by a random key. */
  readonly authority?: string;
  readonly key?: KeyObject;
  /** Whose certificate it is. */
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const CLIENT_AUTH = der.objectIdentifier("1.3.6.1.5.5.7.3.2");

/** A node's client certificate, valid when a test wants it to be, which no cluster would sign. PEM. */
export function signCertificate({ authority, key, node, from, to }: Wanted): string {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = authority === undefined ? distinguishedName("nobody") : subjectOf(`${authority}/ca.crt`);
  const signer = authority === undefined ? own.privateKey : readFileSync(`${authority}/ca.key`);
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    issuer,
    der.sequence(der.time(new Date(from)), der.time(new Date(to))),
    distinguishedName(`system:node:${node}`, "system:nodes"),
    (key ?? own.publicKey).export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(extension("2.5.29.37", false, der.sequence(CLIENT_AUTH)))),
  );
  const signature = der.bitString(sign("sha256", body, signer));
  return pem("CERTIFICATE", der.sequence(body, ECDSA_WITH_SHA256, signature));
}

/** As openssl writes the test authority's: one common name. */
function subjectOf(path: string): Buffer {
  const name = new X509Certificate(readFileSync(path)).subject.replace("CN=", "");
  const oid = der.objectIdentifier("2.5.4.3");
  return der.sequence(der.set(der.sequence(oid, der.utf8String(name))));
}
