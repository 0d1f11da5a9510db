import { readFileSync, realpathSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { loadSchema } from "../io/bundles/loaders.ts";
import { writeAtomic } from "../io/files.ts";
import type { CredentialKey } from "../io/systemd-creds.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { requireRoot } from "./agent.ts";
import { CliError } from "./failure.ts";

const SEAL_USAGE = `usage: unitlet seal FILE|- [--in-place] [--key auto|host|tpm2]

Encrypts the values of the Secrets in a manifest, and prints the manifest. Only this host can open them, also after a reboot and
without a network. The directory of manifests takes such a file. Names of Secrets and of their values stay readable. Comments
beside a Secret and the annotation of kubectl apply are left out, because they may repeat values.

  -i, --in-place  replace FILE, which keeps its mode. The old content may stay on the disk until it is overwritten
  --key KEY       what systemd-creds encrypts with: host (a file of root), tpm2 (the TPM), or auto (both if there is a TPM).
                  Default: auto

Keep the source in another place: an update of the firmware or a new TPM can close sealed Secrets for good.

examples:
  unitlet seal db.yaml > /etc/unitlet/manifests/db.yaml
  unitlet seal --in-place --key tpm2 /etc/unitlet/manifests/db.yaml
  kubectl create secret generic db --from-file=password --dry-run=client -o yaml | unitlet seal -

exit status 0: done; 1: it could not be sealed, and nothing was written; 64: wrong usage
`;

const OPTIONS = { "in-place": { type: "boolean", short: "i" }, key: { type: "string" } } as const;
const KEYS: readonly string[] = ["auto", "host", "tpm2"] satisfies readonly CredentialKey[];

/** `unitlet seal`: encrypts the values of the Secrets in a manifest for this host. Throws CliError. */
export async function seal(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return SEAL_USAGE;
  const { file, isInPlace, key } = parse(args);
  requireRoot("seal");
  const { sealManifest } = await loadSchema();
  const name = file === "-" ? "<stdin>" : file;
  const { text, sealed, before } = attempt(name, ":", () => sealManifest(read(file), hostname(), key));
  if (sealed + before === 0) throw new CliError(`${name} has no Secret`);
  if (!isInPlace) return text;
  if (sealed > 0) attempt(name, ": ", () => replace(file, text));
  const already = before === 0 ? "" : `, ${before} sealed before`;
  return `${file}: ${sealed} sealed${already}\n`;
}

function parse(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  const [file, ...more] = positionals;
  const { key = "auto", "in-place": isInPlace = false } = values;
  if (file === undefined) throw usage("name a file, or - for standard input");
  if (more.length > 0) throw usage(`unexpected argument "${more[0]}"`);
  if (!KEYS.includes(key)) throw usage(`--key ${key}: expected auto, host or tpm2`);
  if (isInPlace && file === "-") throw usage("--in-place needs a file");
  return { file, isInPlace, key: key as CredentialKey };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function usage(problem: string): CliError {
  return new CliError(`unitlet seal: ${problem}\n\n${SEAL_USAGE}`, EX_USAGE);
}

function attempt<T>(name: string, separator: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${name}${separator}${(error as Error).message}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CliError(`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function replace(file: string, text: string): void {
  const path = realpathSync(file);
  writeAtomic(path, text, statSync(path).mode & 0o777);
}
