import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import * as der from "./der.ts";
import { alternativeNames, distinguishedName, ECDSA_WITH_SHA256, pem } from "./x509.ts";

const EXTENSION_REQUEST = der.objectIdentifier("1.2.840.113549.1.9.14");

/** Returns a new private key on P-256, as PEM. */
export function makeKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return String(privateKey.export({ type: "pkcs8", format: "pem" }));
}

/**
 * Returns a PKCS #10 request for the key in the name of a node, as PEM. `names` are host names and addresses; a client
 * certificate has none.
 */
export function certificateRequest(key: string, nodeName: string, names: readonly string[]): string {
  const attributes =
    names.length === 0 ? [] : [der.sequence(EXTENSION_REQUEST, der.set(der.sequence(alternativeNames(names))))];
  const body = der.sequence(
    der.integer(Buffer.from([0])),
    distinguishedName(`system:node:${nodeName}`, "system:nodes"),
    publicKey(key),
    der.explicit(0, ...attributes),
  );
  const signature = sign("sha256", body, createPrivateKey(key));
  return pem("CERTIFICATE REQUEST", der.sequence(body, ECDSA_WITH_SHA256, der.bitString(signature)));
}

/**
 * Returns the name of the request for this key. It follows from the key, so a run that finds the key after a crash finds the
 * request.
 */
export function requestName(kind: string, key: string): string {
  return `unitlet-${kind}-${createHash("sha256").update(publicKey(key)).digest("hex").slice(0, 32)}`;
}

function publicKey(key: string): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}
