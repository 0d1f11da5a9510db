import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { DATA, VOLATILE } from "../model/paths.ts";
import { ifThere, writeWhole } from "./files.ts";

/** The key, encrypted by systemd-creds with what the host has: its TPM, or a key of its own. */
const SEALED_KEY = `${DATA}/seal.cred`;
const OPEN_KEY = `${VOLATILE}/seal.key`;
const NAME = "unitlet-seal";

const CIPHER = "aes-256-gcm";
const IV = 12;
const TAG = 16;

/** The text as it may lie on disk: what pods are given must be there after a reboot without an API server, and only there. */
export function seal(text: string): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(CIPHER, key(), iv);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

/** Throws when the text was not sealed on this host. */
export function unseal(sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, key(), bytes.subarray(0, IV));
  decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
  return decipher.update(bytes.subarray(IV + TAG), undefined, "utf8") + decipher.final("utf8");
}

let known: Buffer | undefined;

/** One call of systemd-creds a boot, however many files there are. */
function key(): Buffer {
  known ??= ifThere(() => readFileSync(OPEN_KEY)) ?? openKey() ?? newKey();
  return known;
}

/** Undefined also for a key that this host cannot open, such as another host's on a cloned disk: what it sealed is lost. */
function openKey(): Buffer | undefined {
  const sealed = ifThere(() => readFileSync(SEALED_KEY));
  if (sealed === undefined) return undefined;
  try {
    const open = systemdCreds("decrypt", sealed);
    writeWhole(OPEN_KEY, open, 0o600);
    return open;
  } catch {
    return undefined;
  }
}

function newKey(): Buffer {
  const fresh = randomBytes(32);
  writeWhole(SEALED_KEY, systemdCreds("encrypt", fresh), 0o600);
  writeWhole(OPEN_KEY, fresh, 0o600);
  return fresh;
}

function systemdCreds(verb: "encrypt" | "decrypt", input: Buffer): Buffer {
  return execFileSync("/usr/bin/systemd-creds", [verb, `--name=${NAME}`, "-", "-"], {
    input,
    timeout: 5000,
    stdio: ["pipe", "pipe", "pipe"],
  });
}
