import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as der from "../../src/io/pki/der.ts";
import { distinguishedName, ECDSA_WITH_SHA256, extension, pem } from "../../src/io/pki/x509.ts";

export interface Wanted {
  /** The directory of ca.crt and ca.key. Without it, a random key signs the certificate. */
  readonly authority?: string;
  readonly key?: KeyObject;
  /** The name of the node. */
  readonly node: string;
  /** The start of the validity, in milliseconds since the epoch; `to` is its end. */
  readonly from: number;
  readonly to: number;
}

const CLIENT_AUTH = der.objectIdentifier("1.3.6.1.5.5.7.3.2");

/** Returns a node's client certificate as PEM, with a validity that no cluster would sign. */
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

/** Returns the subject of a certificate with one common name, as openssl writes it for the CA of the tests. */
function subjectOf(path: string): Buffer {
  const name = new X509Certificate(readFileSync(path)).subject.replace("CN=", "");
  const oid = der.objectIdentifier("2.5.4.3");
  return der.sequence(der.set(der.sequence(oid, der.utf8String(name))));
}
