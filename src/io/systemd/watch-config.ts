import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

const CONFIG = `${RUN_DIR}/watch.curl`;

/**
 * Writes the options with which curl watches this node's pods. They are in files of mode 0600, because every user can read
 * argv. Returns true when they changed.
 */
export function writeWatchConfig(cluster: Cluster, nodeName: string): boolean {
  const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${nodeName}`)}&watch=1&includeObject=None&timeoutSeconds=600`;
  const lines = [
    `url = ${quote(`${cluster.server.replace(/\/$/, "")}/api/v1/pods?${query}`)}`,
    'user-agent = "unitlet"',
  ];
  const file = (option: string, name: string, source: FileOrData | undefined) => {
    if (source !== undefined)
      lines.push(`${option} = ${quote("file" in source ? source.file : writeDataFile(name, source.data))}`);
  };
  file("cacert", "ca", cluster.ca);
  file("cert", "crt", cluster.certificate);
  file("key", "key", cluster.key);
  if (cluster.token)
    lines.push(
      `header = ${quote(`Authorization: Bearer ${("data" in cluster.token ? cluster.token.data : readAdministratorFile(cluster.token.file).toString()).trim()}`)}`,
    );
  if (cluster.insecureSkipTLSVerify) lines.push("insecure");
  const text = `${lines.join("\n")}\n`;
  if (readOptional(CONFIG) === text) return false;
  writeAtomic(CONFIG, text, 0o600);
  return true;
}

/** Removes the options of curl and its credentials. */
export function removeWatchConfig(): void {
  for (const name of [CONFIG, ...["ca", "crt", "key"].map(dataPath)]) remove(name);
}

const dataPath = (name: string) => `${RUN_DIR}/watch.${name}`;

function writeDataFile(name: string, data: string): string {
  writeAtomic(dataPath(name), data, 0o600);
  return dataPath(name);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
