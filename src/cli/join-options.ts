import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseHostFiles } from "../config/node-policy.ts";
import { SettingError } from "../config/setting-error.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { CliError } from "./failure.ts";
import type { OutputMode } from "./progress.ts";
import { outputMode, PROGRESS_OPTIONS } from "./progress-options.ts";

export const JOIN_USAGE = `usage: unitlet join --server URL (--token-file FILE | --token TOKEN) --ca-cert-hash sha256:HEX… [OPTION…]
       unitlet join --bootstrap-kubeconfig FILE [OPTION…]

  --server URL            the API server
  --token-file FILE       the bootstrap token (kubeadm token create); - is standard input
  --token TOKEN           the token itself, which other users of this host see in the list of processes; - is standard input
  --ca-cert-hash HASH     sha256:… of the public key of the cluster's CA; may be given several times
  --ca-file FILE          the certificate of the CA (PEM), instead of a hash
  --unsafe-skip-ca-verification
                          do not check the CA: anyone with the token can impersonate the cluster
  --bootstrap-kubeconfig FILE
                          a kubeconfig with server, CA and token
  --host-files all|none|NAMESPACE,…
                          the namespaces whose pods may run on the host's files, for the setting hostFiles. Default: none
  --pod-network host|bridge|cni
                          the network of pods, for the setting podNetwork. Default at the first join: cni
  --node-name NAME        the node's name. Default: nodeName of unitlet.conf, or the host's name
  --timeout SECONDS       the time limit for the certificate, and again for the node to be Ready. Default: 120
  -q, --quiet             print errors and warnings alone
  --json                  print progress and result as JSON, one object a line
`;

export interface JoinOptions {
  readonly server?: string;
  readonly token?: string;
  readonly hashes: readonly string[];
  readonly caFile?: string;
  readonly isUnsafe: boolean;
  readonly bootstrapKubeconfig?: string;
  readonly nodeName?: string;
  /** The value of the setting `hostFiles`, checked. */
  readonly hostFiles?: string;
  /** The value of the setting `podNetwork`, checked. */
  readonly podNetwork?: string;
  /** How long to wait for the certificate, in milliseconds. */
  readonly timeout: number;
  readonly output: OutputMode;
}

const OPTIONS = {
  server: { type: "string" },
  token: { type: "string" },
  "token-file": { type: "string" },
  "ca-cert-hash": { type: "string", multiple: true },
  "ca-file": { type: "string" },
  "unsafe-skip-ca-verification": { type: "boolean" },
  "bootstrap-kubeconfig": { type: "string" },
  "host-files": { type: "string" },
  "pod-network": { type: "string" },
  "node-name": { type: "string" },
  timeout: { type: "string" },
  ...PROGRESS_OPTIONS,
} as const;

/** Parses the options, and reads the token from its file or from standard input. Throws CliError. */
export function joinOptions(args: readonly string[]): JoinOptions {
  const values = parse(args);
  const { server, timeout = "120", "ca-cert-hash": hashes = [], "bootstrap-kubeconfig": bootstrapKubeconfig } = values;
  if (bootstrapKubeconfig !== undefined && (server ?? values.token ?? values["token-file"]) !== undefined)
    throw usage("--bootstrap-kubeconfig names a file with server and token: omit --server, --token and --token-file");
  if (bootstrapKubeconfig === undefined && server === undefined)
    throw usage("--server is missing: give the URL of the API server");
  if (server !== undefined && !/^https:\/\//.test(server)) throw usage(`--server ${server}: expected an https:// URL`);
  const bad = hashes.find((hash) => !/^sha256:[0-9a-f]{64}$/i.test(hash));
  if (bad !== undefined) throw usage(`--ca-cert-hash ${bad}: expected sha256: and 64 hex digits`);
  if (!/^[1-9]\d{0,4}$/.test(timeout))
    throw usage(`--timeout ${timeout}: expected a whole number of seconds, such as 120`);
  const token = bootstrapKubeconfig === undefined ? readToken(values.token, values["token-file"]) : undefined;
  const [caFile, nodeName, hostFiles] = [values["ca-file"], values["node-name"], values["host-files"]];
  if (hostFiles !== undefined) checkHostFiles(hostFiles);
  const podNetwork = values["pod-network"];
  if (podNetwork !== undefined && !["host", "bridge", "cni"].includes(podNetwork))
    throw usage(`--pod-network ${podNetwork}: expected host, bridge or cni`);
  return {
    hashes: hashes.map((hash) => hash.toLowerCase()),
    isUnsafe: values["unsafe-skip-ca-verification"] ?? false,
    timeout: Number(timeout) * 1000,
    output: outputMode(values),
    ...(server ? { server: server.replace(/\/+$/, "") } : {}),
    ...(token ? { token } : {}),
    ...(caFile ? { caFile } : {}),
    ...(bootstrapKubeconfig ? { bootstrapKubeconfig } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(hostFiles ? { hostFiles } : {}),
    ...(podNetwork ? { podNetwork } : {}),
  };
}

function checkHostFiles(text: string): void {
  try {
    parseHostFiles(text);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw usage(`--host-files ${text}: ${error.message}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function readToken(token: string | undefined, file: string | undefined): string {
  if (token !== undefined && file !== undefined) throw usage("--token and --token-file: give only one of them");
  const source = file ?? (token === "-" ? "-" : undefined);
  const text = source === undefined ? token : readSecret(source);
  if (!text) throw usage("--token-file is missing or its token is empty: kubeadm token create prints a token");
  return text;
}

/** Returns the content of a file without blanks at its ends; `-` is standard input. Throws CliError. */
function readSecret(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8").trim();
  } catch (error) {
    throw usage(`--token-file ${path}: ${(error as Error).message}`);
  }
}

function usage(what: string): CliError {
  return new CliError(`${what}\n\n${JOIN_USAGE}`, EX_USAGE);
}
