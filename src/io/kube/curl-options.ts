import { mkdirSync } from "node:fs";
import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** The requests that helpers make with curl. Their files in RUN_DIR have these names. */
export type CurlName = "lease" | "list" | "watch";

/** A request that a helper makes with curl. */
export interface CurlRequest {
  readonly name: CurlName;
  /** The path at the API server, with its query. */
  readonly path: string;
  readonly cluster: Cluster;
  /** Lines of the file, as `curl --config` reads them. */
  readonly options: readonly string[];
}

/**
 * Writes the options with which curl makes this request. They are in files of mode 0600, because every user can read argv.
 * Credentials of an earlier request are removed. Returns true when the options changed. Throws when the file of the token cannot
 * be read.
 */
export function writeCurlOptions({ name, path, cluster, options }: CurlRequest): boolean {
  const lines = [`url = ${quote(cluster.server.replace(/\/$/, "") + path)}`, 'user-agent = "unitlet"', ...options];
  const file = (option: string, ending: string, source: FileOrData | undefined) => {
    const path = `${RUN_DIR}/${name}.${ending}`;
    if (source === undefined || "file" in source) remove(path);
    else writeChanged(path, source.data);
    if (source !== undefined) lines.push(`${option} = ${quote("file" in source ? source.file : path)}`);
  };
  file("cacert", "ca", cluster.ca);
  if (cluster.ca !== undefined) lines.push(`capath = ${quote(noCAs())}`);
  file("cert", "crt", cluster.certificate);
  file("key", "key", cluster.key);
  if (cluster.token)
    lines.push(
      `header = ${quote(`Authorization: Bearer ${("data" in cluster.token ? cluster.token.data : readAdministratorFile(cluster.token.file).toString()).trim()}`)}`,
    );
  if (cluster.insecureSkipTLSVerify) lines.push("insecure");
  return writeChanged(curlConfig(name), `${lines.join("\n")}\n`);
}

/** Returns the path of the options of a request. */
export const curlConfig = (name: CurlName) => `${RUN_DIR}/${name}.curl`;

/** Removes the options of a request and its credentials. */
export function removeCurlOptions(name: CurlName): void {
  for (const ending of ["curl", "ca", "crt", "key"]) remove(`${RUN_DIR}/${name}.${ending}`);
}

/**
 * Returns an empty directory of CAs. Without it curl also trusts all CAs of the host where it was built so, for example on Debian
 * (`curl --verbose`: CApath), and a run trusts those of the kubeconfig alone.
 */
function noCAs(): string {
  const path = `${RUN_DIR}/no-ca`;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function writeChanged(path: string, text: string): boolean {
  if (readOptional(path) === text) return false;
  writeAtomic(path, text, 0o600);
  return true;
}

/** A line break would begin another option. */
function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}
