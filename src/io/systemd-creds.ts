import { execFileSync } from "node:child_process";

/** The key of systemd-creds(1) with which a credential is encrypted. */
export type CredentialKey = "auto" | "host" | "tpm2";

const TIMEOUT_MS = 5000;

/** The time after which a credential that could not be decrypted is tried again. */
export const CREDENTIAL_RETRY_MS = 60_000;

/** Encrypts bytes as a credential of this name. Throws when systemd-creds fails or does not answer in time. */
export function encryptCredential(name: string, plain: Buffer, key: CredentialKey): Buffer {
  return call(["encrypt", `--name=${name}`, `--with-key=${key}`, "-", "-"], plain);
}

/** Decrypts a credential of this name. Throws when this host cannot. */
export function decryptCredential(name: string, sealed: Buffer): Buffer {
  return call(["decrypt", `--name=${name}`, "-", "-"], sealed);
}

/** The content goes through pipes, because every user can read arguments. */
function call(words: readonly string[], input: Buffer): Buffer {
  try {
    return execFileSync("/usr/bin/systemd-creds", words, { input, timeout: TIMEOUT_MS, stdio: "pipe" });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: Buffer };
    if (code === "ENOENT") throw new Error("this host has no systemd-creds, which needs systemd 250 or newer");
    if (code === "ETIMEDOUT") throw new Error(`systemd-creds did not answer within ${TIMEOUT_MS / 1000} s`);
    const [line = ""] = (stderr?.toString() ?? "").trim().split("\n").slice(-1);
    throw new Error(`systemd-creds: ${line || code || "failed without a message"}`);
  }
}
