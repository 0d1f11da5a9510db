import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { RUN_DIR, STATE_DIR } from "../../model/paths.ts";
import { ignoreMissing, writeAtomic } from "../files.ts";

/** The key, encrypted by systemd-creds with what the host has: its TPM, or a key of its own. */
const SEALED_KEY = `${STATE_DIR}/seal.cred`;
const OPEN_KEY = `${RUN_DIR}/seal.key`;
/** The key before this one, which could not be opened when it was needed. */
const OLDER_KEY = `${SEALED_KEY}.old`;
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

/** Throws when the text was not sealed on this host, or its key cannot be opened. */
export function unseal(sealed: string): string {
  try {
    return unsealWith(key(), sealed);
  } catch (error) {
    // The host may have come to its senses: what the key of before has sealed is still there.
    const before = olderKey();
    if (before === undefined) throw error;
    return unsealWith(before, sealed);
  }
}

function unsealWith(open: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, open, bytes.subarray(0, IV));
  decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
  return decipher.update(bytes.subarray(IV + TAG), undefined, "utf8") + decipher.final("utf8");
}

let known: Buffer | undefined;
let failure: Error | undefined;

/** One call of systemd-creds a boot, however many files there are, and one that fails a run: it may take its time. */
function key(): Buffer {
  if (failure !== undefined) throw failure;
  try {
    known ??= ignoreMissing(() => readFileSync(OPEN_KEY)) ?? openKey() ?? newKey();
    return known;
  } catch (error) {
    failure = error as Error;
    throw error;
  }
}

/**
 * Undefined also for a key that this host refuses to open, such as another host's on a cloned disk; it is put aside. Throws
 * when nobody said no: a TPM may be busy after boot, and what the key has sealed must not be lost for that.
 */
function openKey(): Buffer | undefined {
  const sealed = ignoreMissing(() => readFileSync(SEALED_KEY));
  if (sealed === undefined) return undefined;
  const open = decrypted(sealed) ?? decrypted(sealed);
  if (open === undefined) writeAtomic(OLDER_KEY, sealed, 0o600);
  else writeAtomic(OPEN_KEY, open, 0o600);
  return open;
}

let older: { readonly key: Buffer | undefined } | undefined;

function olderKey(): Buffer | undefined {
  if (older === undefined) {
    const sealed = ignoreMissing(() => readFileSync(OLDER_KEY));
    older = { key: sealed === undefined ? undefined : decrypted(sealed) };
  }
  return older.key;
}

/** Undefined: systemd-creds says no. Throws when it says nothing. */
function decrypted(sealed: Buffer): Buffer | undefined {
  try {
    return systemdCreds("decrypt", sealed);
  } catch (error) {
    if (typeof (error as { status?: unknown }).status === "number") return undefined;
    throw error;
  }
}

function newKey(): Buffer {
  const fresh = randomBytes(32);
  writeAtomic(SEALED_KEY, systemdCreds("encrypt", fresh), 0o600);
  writeAtomic(OPEN_KEY, fresh, 0o600);
  return fresh;
}

function systemdCreds(verb: "encrypt" | "decrypt", input: Buffer): Buffer {
  return execFileSync("/usr/bin/systemd-creds", [verb, `--name=${NAME}`, "-", "-"], {
    input,
    timeout: 5000,
    stdio: ["pipe", "pipe", "pipe"],
  });
}
