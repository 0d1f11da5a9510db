import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import type { Instant } from "../model/time.ts";
import * as der from "./der.ts";

const ECDSA_WITH_SHA256 = der.sequence(der.objectIdentifier("1.2.840.10045.4.3.2"));
const COMMON_NAME = der.objectIdentifier("2.5.4.3");
const SERVER_AUTH = der.objectIdentifier("1.3.6.1.5.5.7.3.1");
const HOUR = 3_600_000;

export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** A key on P-256 and a certificate for it that it has signed itself, valid for these names and addresses; both PEM. */
export function selfSigned(commonName: string, names: readonly string[], now: Instant, lifetime: number): Pair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der.sequence(der.set(der.sequence(COMMON_NAME, der.utf8String(commonName))));
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    name,
    // An hour back, for clients whose clock is behind.
    der.sequence(der.time(new Date(now - HOUR)), der.time(new Date(now + lifetime))),
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
  const extension = (id: string, isCritical: boolean, value: Buffer) =>
    der.sequence(der.objectIdentifier(id), ...(isCritical ? [der.TRUE] : []), der.octetString(value));
  return der.sequence(
    // basicConstraints: no authority; keyUsage: digitalSignature.
    extension("2.5.29.19", true, der.sequence()),
    extension("2.5.29.15", true, der.bitString(Buffer.from([0x80]), 7)),
    extension("2.5.29.37", false, der.sequence(SERVER_AUTH)),
    extension("2.5.29.17", false, der.sequence(...names.map(generalName))),
  );
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

function generalName(name: string): Buffer {
  if (isIPv4(name)) return der.implicit(IP_ADDRESS, Buffer.from(name.split(".").map(Number)));
  return isIPv6(name) ? der.implicit(IP_ADDRESS, ipv6Bytes(name)) : der.implicit(DNS_NAME, Buffer.from(name));
}

/** A URL writes an address out in its shortest form, without dots in it. */
function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
