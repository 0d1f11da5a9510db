import { readFileSync } from "node:fs";
import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

const CONFIG = `${RUN_DIR}/watch.curl`;

/** What curl needs to watch this node's pods, in files of mode 0600, since argv is everybody's. True when it changed. */
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
      `header = ${quote(`Authorization: Bearer ${("data" in cluster.token ? cluster.token.data : readFileSync(cluster.token.file, "utf8")).trim()}`)}`,
    );
  if (cluster.insecureSkipTLSVerify) lines.push("insecure");
  const text = `${lines.join("\n")}\n`;
  if (readOptional(CONFIG) === text) return false;
  writeAtomic(CONFIG, text, 0o600);
  return true;
}

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
