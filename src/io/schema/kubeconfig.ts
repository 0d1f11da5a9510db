import { dirname, isAbsolute, join } from "node:path";
import { ConfigError } from "../../config/settings.ts";
import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { exists } from "../files.ts";
import { decodeText } from "./decode-text.ts";
import { parseYaml, YamlError } from "./yaml.ts";

type Tree = Readonly<Record<string, unknown>>;

type Kubeconfig = Tree & Readonly<Partial<Record<"clusters" | "users" | "contexts", readonly unknown[]>>>;

const REMEDY = "give client-certificate and client-key, token or tokenFile";

/**
 * Returns the cluster of a kubeconfig's current context; undefined when there is no such file. Throws ConfigError when it
 * cannot be used.
 */
export function readKubeconfig(path: string): Cluster | undefined {
  // A link that leads nowhere is a mistake, and does not mean a standalone host.
  if (!exists(path)) return undefined;
  const fail = (what: string) => new ConfigError(`${path}: ${what}`);
  const file = parse(path, fail);
  const contextName = file["current-context"];
  const context = entryOf(file.contexts, contextName, "context");
  if (context === undefined) throw fail(`current-context "${contextName ?? ""}": there is no context of that name`);
  const cluster = entryOf(file.clusters, context.cluster, "cluster");
  if (cluster === undefined)
    throw fail(`contexts[${contextName}].context.cluster "${context.cluster}": there is no cluster of that name`);
  const user = entryOf(file.users, context.user, "user");
  if (user === undefined)
    throw fail(`contexts[${contextName}].context.user "${context.user}": there is no user of that name`);
  const server = text(cluster, "server") ?? "";
  if (!URL.canParse(server) || new URL(server).protocol !== "https:")
    throw fail(`clusters[${context.cluster}].cluster.server "${server}": expected an https:// URL`);
  const credentials = readUser(path, user, (what) => fail(`users[${context.user}].user${what}`));
  const ca = fileOrData(path, cluster, "certificate-authority");
  const tlsServerName = text(cluster, "tls-server-name");
  return {
    server,
    insecureSkipTLSVerify: cluster["insecure-skip-tls-verify"] === true,
    ...credentials,
    ...(ca ? { ca } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
  };
}

function parse(path: string, fail: (what: string) => ConfigError): Kubeconfig {
  const content = read(path, fail);
  try {
    const file = parseYaml(content)?.value;
    if (isTree(file)) return validated(file as Kubeconfig, fail);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw fail(`line ${error.line}: is not YAML: ${error.message}`);
  }
  throw fail("is not a kubeconfig");
}

function read(path: string, fail: (what: string) => ConfigError): string {
  try {
    return decodeText(readAdministratorFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(code === "EACCES" ? "only root may read it" : `cannot be read: ${message}`);
  }
}

function validated(file: Kubeconfig, fail: (what: string) => ConfigError): Kubeconfig {
  const wrong = (["clusters", "users", "contexts"] as const).find((key) => !Array.isArray(file[key] ?? []));
  if (wrong !== undefined) throw fail(`${wrong}: expected a list`);
  return file;
}

/** Returns what an entry with a name has below a key; undefined when there is no such entry. */
function entryOf(entries: readonly unknown[] | null | undefined, name: unknown, key: string): Tree | undefined {
  const entry = (entries ?? []).find((each) => isTree(each) && each.name === name) as Tree | undefined;
  const value = entry?.[key];
  return isTree(value) ? value : undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readUser(
  path: string,
  user: Tree,
  fail: (what: string) => ConfigError,
): Pick<Cluster, "certificate" | "key" | "token"> {
  for (const [key, name] of [
    ["exec", "exec plugins"],
    ["auth-provider", "auth providers"],
    ["username", "user name and password"],
  ] as const) {
    if (user[key] !== undefined) throw fail(`.${key}: ${name} are not supported: ${REMEDY}`);
  }
  const certificate = fileOrData(path, user, "client-certificate");
  const key = fileOrData(path, user, "client-key");
  const tokenFile = text(user, "tokenFile");
  const token = text(user, "token");
  if (certificate && key) return { certificate, key };
  if (certificate || key) {
    const [given, missing] = certificate ? ["certificate", "key"] : ["key", "certificate"];
    throw fail(`: has client-${given}, but no client-${missing}`);
  }
  if (tokenFile) return { token: { file: absolute(path, tokenFile) } };
  if (token) return { token: { data: token } };
  throw fail(`: has no credentials: ${REMEDY}`);
}

function fileOrData(path: string, entry: Tree, key: string): FileOrData | undefined {
  const data = text(entry, `${key}-data`);
  if (data) return { data: Buffer.from(data, "base64").toString() };
  const file = text(entry, key);
  return file ? { file: absolute(path, file) } : undefined;
}

function text(entry: Tree, key: string): string | undefined {
  const value = entry[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function absolute(kubeconfig: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(kubeconfig), file);
}
