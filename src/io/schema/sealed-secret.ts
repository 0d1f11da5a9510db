import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Path } from "../../config/issue.ts";
import { type CredentialKey, encryptCredential } from "../systemd-creds.ts";
import { CREDENTIAL, PendingKeyError, type SealedKeys } from "./sealed-keys.ts";

/** The encrypted key of the values, and the host that can decrypt it. */
const SEALED_KEY = "unitlet.dev/sealed-key";
const SEALED_ON = "unitlet.dev/sealed-on";

/** kubectl apply writes the whole object there, with its values. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

type Fields = Readonly<Record<string, unknown>>;

/** Thrown for a Secret that cannot be sealed or opened. `path` is the field. */
export class SealError extends Error {
  override readonly name = "SealError";
  readonly path: Path;

  constructor(path: Path, message: string) {
    super(message);
    this.path = path;
  }
}

/** True for a document of the kind Secret, whether it is valid or not. */
export function isSecret(value: unknown): value is Fields {
  return fields(value).kind === "Secret";
}

/** True for a Secret whose values are sealed. */
export function isSealed(value: unknown): boolean {
  return isSecret(value) && Object.hasOwn(annotationsOf(value), SEALED_KEY);
}

/**
 * Returns the Secret with encrypted values in `data`, which only this host can decrypt. systemd-creds encrypts one key for all of
 * them. Names of values stay readable. A value is bound to its name and to that of its Secret. The Secret must be valid. Throws
 * SealError.
 */
export function sealSecret(secret: Fields, host: string, kind: CredentialKey): Fields {
  const { stringData, ...rest } = secret;
  const key = randomBytes(32);
  const plain = {
    ...mapValues(texts(secret.data, "data"), (text) => Buffer.from(text, "base64")),
    ...mapValues(texts(stringData, "stringData"), (text) => Buffer.from(text, "utf8")),
  };
  const data = Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [name, encrypt(key, placeOf(secret, name), value)]),
  );
  const sealedKey = sealKey(key, kind).toString("base64");
  const { [LAST_APPLIED]: _, ...others } = annotationsOf(secret);
  const annotations = {
    ...others,
    [SEALED_KEY]: sealedKey.replaceAll(/\s/g, ""),
    [SEALED_ON]: host,
  };
  return { ...rest, metadata: { ...fields(secret.metadata), annotations }, data };
}

/** Returns the Secret with its values in the clear, without the annotations of the seal. Throws SealError. */
export function openSecret(secret: Fields, keys: SealedKeys): Fields {
  const { [SEALED_KEY]: sealedKey, [SEALED_ON]: host = "another host", ...annotations } = annotationsOf(secret);
  const path = ["metadata", "annotations", SEALED_KEY];
  if (typeof sealedKey !== "string") throw new SealError(path, "expected a text that unitlet seal has written");
  if (secret.stringData !== undefined)
    throw new SealError(
      ["stringData"],
      "the Secret is sealed, and this is not: run unitlet seal on the Secret as a whole",
    );
  const key = openKey(keys, sealedKey, path, String(host));
  const data = Object.entries(texts(secret.data, "data")).map(([name, value]) => {
    try {
      return [name, decrypt(key, placeOf(secret, name), value).toString("base64")];
    } catch {
      throw new SealError(["data", name], "was not sealed for this field of this Secret, or has been changed");
    }
  });
  return { ...secret, metadata: { ...fields(secret.metadata), annotations }, data: Object.fromEntries(data) };
}

function openKey(keys: SealedKeys, sealed: string, path: Path, host: string): Buffer {
  try {
    return keys.open(sealed);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof PendingKeyError) throw new SealError(path, message);
    const problem = `was sealed on ${host}, and this host cannot open it`;
    throw new SealError(path, `${problem}: ${message}. Seal the Secret on this host with unitlet seal`);
  }
}

function sealKey(key: Buffer, kind: CredentialKey): Buffer {
  try {
    return encryptCredential(CREDENTIAL, key, kind);
  } catch (error) {
    throw new SealError([], `cannot be sealed: ${(error as Error).message}`);
  }
}

/** A value that is moved to another name or another Secret does not open. */
function placeOf({ metadata }: Fields, name: string): Buffer {
  const { namespace = "default", name: secret } = fields(metadata);
  return Buffer.from(JSON.stringify([namespace, secret, name]));
}

function encrypt(key: Buffer, place: Buffer, value: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(place);
  const body = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

function decrypt(key: Buffer, place: Buffer, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, "base64");
  // Without the length, a tag of 4 bytes would do.
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), options).setAAD(place);
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}

function annotationsOf(secret: Fields): Fields {
  return fields(fields(secret.metadata).annotations);
}

function texts(value: unknown, field: string): Readonly<Record<string, string>> {
  const wrong = Object.entries(fields(value)).find(([, text]) => typeof text !== "string");
  if (wrong !== undefined) throw new SealError([field, wrong[0]], "expected a text");
  return fields(value) as Record<string, string>;
}

function mapValues<T>(values: Readonly<Record<string, string>>, change: (text: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
