import * as ini from "ini";
import * as z from "zod";
import { parseQuantity } from "../model/api/quantity.ts";
import type { Cluster, Config, Endpoint } from "../model/host/config.ts";

/** Exit status 78 (EX_CONFIG): nothing was touched. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

const yesNo = (fallback: boolean) =>
  z
    .enum(["yes", "no"], { error: "expected yes or no" })
    .default(fallback ? "yes" : "no")
    .transform((value) => value === "yes");

const amount = (fallback: string, scale: number, what: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = parseQuantity(text, scale);
      if (value !== undefined && value >= 0) return Math.round(value);
      context.addIssue({ code: "custom", message: `expected ${what}` });
      return z.NEVER;
    });

const wholeNumber = (fallback: string, min: number, max: number) =>
  z
    .string()
    .default(fallback)
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `expected a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

const LABEL =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?=([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const NODE_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const absolutePath = () => z.string().refine((path) => path.startsWith("/"), { error: "expected an absolute path" });

/** Every setting with its default; units/unitlet.conf documents them. */
const Settings = z.strictObject({
  nodeName: z.string().regex(NODE_NAME, { error: "expected a DNS name in lower case" }).optional(),
  kubeconfig: absolutePath().default("/etc/unitlet/kubeconfig"),
  manifests: absolutePath().default("/etc/unitlet/manifests"),
  images: z.enum(["any", "strict", "ignore"], { error: "expected any, strict or ignore" }).default("any"),
  debs: z.enum(["off", "signed", "all"], { error: "expected off, signed or all" }).default("signed"),
  podNetwork: z.enum(["host", "strict"], { error: "expected host or strict" }).default("host"),
  clusterDNS: list.pipe(z.array(z.union([z.ipv4(), z.ipv6()], { error: "expected IP addresses" }))).default([]),
  clusterDomain: z.string().regex(NODE_NAME, { error: "expected a DNS name in lower case" }).default("cluster.local"),
  watch: yesNo(false),
  taint: yesNo(true),
  dropIns: z.enum(["remove", "keep"], { error: "expected remove or keep" }).default("remove"),
  nodeLabels: list.pipe(z.array(z.string().regex(LABEL, { error: "expected key=value, key=value" }))).optional(),
  nodeIP: z
    .union([z.literal("auto").transform((): string[] => []), list.pipe(z.array(z.union([z.ipv4(), z.ipv6()])))], {
      error: "expected auto or IP addresses",
    })
    .optional(),
  maxPods: wholeNumber("110", 1, 1000),
  reservedCPU: amount("0", 3, "an amount of cpu such as 500m"),
  reservedMemory: amount("0", 0, "an amount of memory such as 512Mi"),
  evictionMemory: amount("100Mi", 0, "an amount of memory such as 100Mi"),
  evictionDisk: z
    .string()
    .default("10%")
    .refine((text) => /^\d{1,2}(\.\d+)?%$/.test(text), { error: "expected a percentage such as 10%" })
    .transform((text) => Number.parseFloat(text) / 100),
  imageChecksums: z.enum(["required", "optional"], { error: "expected required or optional" }).default("required"),
  imageGC: z
    .string()
    .default("85%")
    .refine((text) => /^(100|[1-9]\d)%$/.test(text), { error: "expected a percentage from 10% to 100%" })
    .transform((text) => Number.parseInt(text, 10) / 100),
  apiTimeout: z
    .string()
    .default("5s")
    .refine((text) => /^([1-9]|10)s$/.test(text), { error: "expected 1s to 10s" })
    .transform((text) => Number.parseInt(text, 10) * 1000),
  port: wholeNumber("10250", 1, 65535),
  apiIdle: z
    .string()
    .default("2s")
    .refine((text) => /^[1-9]\d{0,3}s$/.test(text), { error: "expected 1s to 9999s" })
    .transform((text) => Number.parseInt(text, 10) * 1000),
  clientCA: absolutePath().optional(),
  servingCertificate: z
    .enum(["self-signed", "csr", "csr-with-fallback"], { error: "expected self-signed, csr or csr-with-fallback" })
    .default("csr-with-fallback"),
  tlsCertFile: absolutePath().optional(),
  tlsPrivateKeyFile: absolutePath().optional(),
});

export type Settings = z.infer<typeof Settings>;

/** Later files win, key by key. Throws ConfigError that names file, key, value and what was expected. */
export function parseSettings(files: readonly ConfigFile[]): Settings {
  const values = new Map<string, { value: string; path: string }>();
  for (const { path, text } of files) {
    for (const [key, value] of Object.entries(ini.parse(text))) {
      if (typeof value !== "string" && typeof value !== "boolean")
        throw new ConfigError(`${path}: [${key}]: there are no sections; write key = value lines`);
      values.set(key, { value: String(value), path });
    }
  }
  if (values.has("tlsCertFile") !== values.has("tlsPrivateKeyFile"))
    throw new ConfigError("tlsCertFile and tlsPrivateKeyFile: give both or neither");
  const parsed = Settings.safeParse(Object.fromEntries([...values].map(([key, { value }]) => [key, value])));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.flatMap((issue) => explain(issue, values)).join("\n"));
}

function explain(issue: z.core.$ZodIssue, values: ReadonlyMap<string, { value: string; path: string }>): string[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(Settings.shape).join(", ");
    return issue.keys.map((key) => `${values.get(key)?.path}: ${key}: unknown key; expected one of ${known}`);
  }
  const key = String(issue.path[0]);
  const given = values.get(key);
  return [`${given?.path}: ${key} = ${given?.value}: ${issue.message}`];
}

export function toConfig(settings: Settings, hostname: string, cluster: Cluster | undefined): Config {
  const { nodeName, nodeLabels, nodeIP, reservedCPU, kubeconfig: _, ...others } = settings;
  const { apiIdle: _idle, clientCA: _ca, tlsCertFile: _certificate, tlsPrivateKeyFile: _key, ...rest } = others;
  const { servingCertificate: _serving, ...same } = rest;
  const labels = (nodeLabels ?? []).map((label) => [
    label.slice(0, label.indexOf("=")),
    label.slice(label.indexOf("=") + 1),
  ]);
  return {
    ...same,
    nodeName: nodeName ?? nameOf(hostname),
    nodeLabels: Object.fromEntries(labels),
    nodeIPs: nodeIP ?? [],
    reservedCpu: reservedCPU,
    ...(cluster ? { cluster, endpoint: endpoint(settings, cluster) } : {}),
  };
}

function nameOf(hostname: string): string {
  const name = hostname.toLowerCase();
  if (NODE_NAME.test(name)) return name;
  throw new ConfigError(
    `the host's name "${hostname}" cannot be a node's: set nodeName in /etc/unitlet/unitlet.conf to a DNS name`,
  );
}

function endpoint(
  { apiIdle, clientCA, servingCertificate, tlsCertFile, tlsPrivateKeyFile }: Settings,
  cluster: Cluster,
): Endpoint {
  const authority = clientCA ? { file: clientCA } : cluster.ca;
  return {
    idle: apiIdle,
    servingCertificate,
    ...(authority ? { clientCA: authority } : {}),
    ...(tlsCertFile && tlsPrivateKeyFile ? { servingPair: { certificate: tlsCertFile, key: tlsPrivateKeyFile } } : {}),
  };
}
