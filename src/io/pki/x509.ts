import { isIPv4, isIPv6 } from "node:net";
import * as der from "./der.ts";

/** The AlgorithmIdentifier of certificates and certificate requests. */
export const ECDSA_WITH_SHA256: Buffer = der.sequence(der.objectIdentifier("1.2.840.10045.4.3.2"));

const COMMON_NAME = der.objectIdentifier("2.5.4.3");
const ORGANIZATION = der.objectIdentifier("2.5.4.10");
const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/;

/** Encodes a distinguished name. */
export function distinguishedName(commonName: string, organization?: string): Buffer {
  const part = (id: Buffer, text: string) =>
    der.set(der.sequence(id, PRINTABLE.test(text) ? der.printableString(text) : der.utf8String(text)));
  return der.sequence(
    ...(organization === undefined ? [] : [part(ORGANIZATION, organization)]),
    part(COMMON_NAME, commonName),
  );
}

/** Encodes an extension of a certificate. `id` is its dotted object identifier, `value` its DER encoding. */
export function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(id), ...(isCritical ? [der.TRUE] : []), der.octetString(value));
}

/** Encodes the subjectAltName extension of host names and IP addresses. */
export function alternativeNames(names: readonly string[]): Buffer {
  return extension("2.5.29.17", false, der.sequence(...names.map(generalName)));
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

function generalName(name: string): Buffer {
  if (isIPv4(name)) return der.implicit(IP_ADDRESS, Buffer.from(name.split(".").map(Number)));
  return isIPv6(name) ? der.implicit(IP_ADDRESS, ipv6Bytes(name)) : der.implicit(DNS_NAME, Buffer.from(name));
}

/** Returns the 16 bytes of an IPv6 address. The URL parser normalises the text first, also one with an IPv4 part. */
function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Returns DER bytes as PEM. `label` is the type between the dashes, such as CERTIFICATE. */
export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
