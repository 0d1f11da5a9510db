import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { podStateDir, RUN_DIR, STATE_DIR } from "../../model/paths.ts";
import { exists, ignoreMissing, list, remove, writeAtomic } from "../files.ts";

/** The key, encrypted by systemd-creds with the TPM or with the key of the host. */
const ENCRYPTED_KEY = `${STATE_DIR}/seal.cred`;
const PLAIN_KEY = `${RUN_DIR}/seal.key`;
/** The previous key, which could not be decrypted when it was needed. */
const PREVIOUS_KEY = `${ENCRYPTED_KEY}.old`;
const NAME = "unitlet-seal";

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Returns the encrypted text, which only this host can decrypt, also after a reboot. Throws when systemd-creds fails. */
export function seal(text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key(), iv);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

/** Returns the decrypted text. Throws when it was not sealed on this host, or when the key cannot be decrypted. */
export function unseal(sealed: string): string {
  try {
    return unsealWith(key(), sealed);
  } catch (error) {
    // The host may be able to decrypt the previous key again, and that key may have sealed this text.
    const before = readPreviousKey();
    if (before === undefined) throw error;
    return unsealWith(before, sealed);
  }
}

function unsealWith(open: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, open, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
}

/**
 * Stores the key again when its encrypted file was removed. Without any key the copies that it has sealed are useless, and
 * are removed. Throws when systemd-creds fails.
 */
export function keepKey(): void {
  if (exists(ENCRYPTED_KEY)) return;
  const plain = ignoreMissing(() => readFileSync(PLAIN_KEY));
  if (plain !== undefined) writeAtomic(ENCRYPTED_KEY, systemdCreds("encrypt", plain), 0o600);
  else if (!exists(PREVIOUS_KEY)) for (const uid of list(`${STATE_DIR}/pods`)) remove(sealedDirectory(uid));
}

/** Returns the directory of the sealed copies of a pod. */
export function sealedDirectory(uid: string): string {
  return `${podStateDir(uid)}/sealed`;
}

let currentKey: Buffer | undefined;
let failure: Error | undefined;

/** Returns the key. systemd-creds is slow, so it is called once per boot, and once per run when it fails. */
function key(): Buffer {
  if (failure !== undefined) throw failure;
  try {
    currentKey ??= ignoreMissing(() => readFileSync(PLAIN_KEY)) ?? openKey() ?? newKey();
    return currentKey;
  } catch (error) {
    failure = error as Error;
    throw error;
  }
}

/**
 * Returns the decrypted key; undefined when there is none, or when systemd-creds rejects it, such as another host's key on
 * a cloned disk. A rejected key is renamed. Throws when systemd-creds does not answer: a TPM may be busy after boot, and the
 * sealed files must not be lost.
 */
function openKey(): Buffer | undefined {
  const sealed = ignoreMissing(() => readFileSync(ENCRYPTED_KEY));
  if (sealed === undefined) return undefined;
  const open = decrypt(sealed) ?? decrypt(sealed);
  if (open === undefined) writeAtomic(PREVIOUS_KEY, sealed, 0o600);
  else writeAtomic(PLAIN_KEY, open, 0o600);
  return open;
}

let previousKey: { readonly key: Buffer | undefined } | undefined;

function readPreviousKey(): Buffer | undefined {
  if (previousKey === undefined) {
    const sealed = ignoreMissing(() => readFileSync(PREVIOUS_KEY));
    previousKey = { key: sealed === undefined ? undefined : decrypt(sealed) };
  }
  return previousKey.key;
}

/** Returns the decrypted key; undefined when systemd-creds rejects it. Throws when it does not answer within 5 s. */
function decrypt(sealed: Buffer): Buffer | undefined {
  try {
    return systemdCreds("decrypt", sealed);
  } catch (error) {
    if (typeof (error as { status?: unknown }).status === "number") return undefined;
    throw error;
  }
}

function newKey(): Buffer {
  const fresh = randomBytes(32);
  writeAtomic(ENCRYPTED_KEY, systemdCreds("encrypt", fresh), 0o600);
  writeAtomic(PLAIN_KEY, fresh, 0o600);
  return fresh;
}

function systemdCreds(verb: "encrypt" | "decrypt", input: Buffer): Buffer {
  return execFileSync("/usr/bin/systemd-creds", [verb, `--name=${NAME}`, "-", "-"], {
    input,
    timeout: 5000,
    stdio: ["pipe", "pipe", "pipe"],
  });
}
