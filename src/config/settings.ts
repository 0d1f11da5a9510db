import * as ini from "ini";
import * as z from "zod";
import type { EvictionSignal } from "../model/host/config.ts";
import { DEFAULT_UNIT_DIRECTORY, UNIT_DIRECTORIES } from "../model/unit-directory.ts";
import { DEFAULT_EVICTION_HARD, parseGracePeriods, parseMinimumReclaim, parseThresholds } from "./eviction.ts";
import { parseAdoptUnits, parseHostAccounts, parseHostFiles, parseHostPaths } from "./node-policy.ts";
import { DEFAULT_POD_CIDR, parsePodCIDR } from "./pod-cidr.ts";
import {
  bytes,
  duration,
  list,
  parsed,
  parsedIfGiven,
  parseFraction,
  seconds,
  wholeNumber,
  yesNo,
} from "./setting-types.ts";
import { parseSystemReserved } from "./system-reserved.ts";
import { parseUnsafeSysctls } from "./unsafe-sysctls.ts";

/** Thrown for a configuration that is not usable. The run ends with status 78 (EX_CONFIG) and changes nothing. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** Matches `key=value` of a node label. */
const LABEL =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?=([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
export const NODE_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const absolutePath = () => z.string().refine((path) => path.startsWith("/"), { error: "expected an absolute path" });

/** Every setting with its default. units/systemd/unitlet.conf documents them. */
const Settings = z.strictObject({
  nodeName: z.string().regex(NODE_NAME, { error: "expected a DNS name in lower case" }).optional(),
  kubeconfig: absolutePath().default("/etc/unitlet/kubeconfig"),
  manifests: absolutePath().default("/etc/unitlet/manifests"),
  staticPods: yesNo(false),
  imagePulls: z.enum(["allow", "deny"], { error: "expected allow or deny" }).default("allow"),
  ignoreImages: yesNo(false),
  hostFiles: parsedIfGiven(parseHostFiles),
  hostAccounts: parsedIfGiven(parseHostAccounts),
  adoptUnits: parsedIfGiven(parseAdoptUnits),
  unfencedRoot: z.enum(["deny", "allow"], { error: "expected deny or allow" }).default("deny"),
  hostPaths: parsed("any", parseHostPaths),
  packages: z.enum(["off", "signed", "any"], { error: "expected off, signed or any" }).optional(),
  portForward: z.enum(["declared", "any"], { error: "expected declared or any" }).default("declared"),
  allowedUnsafeSysctls: parsed("", parseUnsafeSysctls),
  hostNetwork: z.enum(["default", "required"], { error: "expected default or required" }).default("default"),
  podNetwork: z.enum(["host", "bridge", "cni"], { error: "expected host, bridge or cni" }).default("host"),
  podCIDR: parsed(DEFAULT_POD_CIDR, parsePodCIDR),
  clusterDNS: list.pipe(z.array(z.union([z.ipv4(), z.ipv6()], { error: "expected IP addresses" }))).default([]),
  clusterDomain: z.string().regex(NODE_NAME, { error: "expected a DNS name in lower case" }).default("cluster.local"),
  watch: yesNo(false),
  taint: yesNo(true),
  unitDirectory: z
    .enum(UNIT_DIRECTORIES, { error: `expected ${UNIT_DIRECTORIES.join(" or ")}` })
    .default(DEFAULT_UNIT_DIRECTORY),
  dropIns: z.enum(["remove", "keep"], { error: "expected remove or keep" }).default("remove"),
  nodeLabels: list.pipe(z.array(z.string().regex(LABEL, { error: "expected key=value, key=value" }))).optional(),
  nodeIP: z
    .union([z.literal("auto").transform((): string[] => []), list.pipe(z.array(z.union([z.ipv4(), z.ipv6()])))], {
      error: "expected auto or IP addresses",
    })
    .optional(),
  maxPods: wholeNumber("110", 1, 1000),
  podPidsLimit: z
    .string()
    .default("-1")
    .refine((text) => /^(-1|[1-9]\d{0,8})$/.test(text), { error: "expected a whole number, or -1 for no limit" })
    .transform(Number),
  singleProcessOOMKill: yesNo(false),
  memorySwap: z.enum(["none", "limited"], { error: "expected none or limited" }).default("none"),
  memoryThrottlingFactor: parsedIfGiven(parseFraction),
  memoryReservationPolicy: z.enum(["none", "tiered"], { error: "expected none or tiered" }).default("none"),
  systemReserved: parsed("", parseSystemReserved),
  evictionHard: parsed(DEFAULT_EVICTION_HARD, parseThresholds),
  evictionSoft: parsed("", parseThresholds),
  evictionSoftGracePeriod: parsed("", parseGracePeriods),
  evictionMaxPodGracePeriod: wholeNumber("0", 0, 2 ** 31 - 1),
  evictionMinimumReclaim: parsed("", parseMinimumReclaim),
  evictionPressureTransitionPeriod: duration("5m"),
  acceptedVulnerabilities: list
    .pipe(z.array(z.string().regex(/^CVE-\d{4}-\d{4,}$/, { error: "expected CVE numbers, such as CVE-2024-3727" })))
    .default([]),
  imageChecksums: z.enum(["required", "optional"], { error: "expected required or optional" }).default("required"),
  imageGCHighThresholdPercent: wholeNumber("85", 0, 100),
  imageGCLowThresholdPercent: wholeNumber("80", 0, 100),
  autoUpdateTimeout: duration("5m").refine((value) => value >= 10_000, { error: "expected at least 10s" }),
  autoUpdateHook: absolutePath().optional(),
  namespaceLogMaxSize: bytes("1Gi", 16 * 1024 ** 2),
  syncFrequency: duration("1m").refine((value) => value >= 10_000 && value <= 600_000, {
    error: "expected 10s to 10m",
  }),
  apiServerTimeout: seconds("5s", 10),
  kubeletPort: wholeNumber("10250", 1, 65535),
  kubeletIdleTimeout: seconds("2s", 9999),
  clientCAFile: absolutePath().optional(),
  servingCertificate: z
    .enum(["self-signed", "csr", "csr-with-fallback"], { error: "expected self-signed, csr or csr-with-fallback" })
    .default("csr-with-fallback"),
  tlsCertFile: absolutePath().optional(),
  tlsPrivateKeyFile: absolutePath().optional(),
});

export type Settings = z.infer<typeof Settings>;

/** The value of each key, and the path of the file that set it last. */
type Given = ReadonlyMap<string, { readonly value: string; readonly path: string }>;

/**
 * Returns the settings of all files with defaults; later files win, key by key. Throws ConfigError with one line for
 * each mistake: file, key, value and what was expected.
 */
export function parseSettings(files: readonly ConfigFile[]): Settings {
  const given = givenValues(files);
  if (given.has("tlsCertFile") !== given.has("tlsPrivateKeyFile"))
    throw new ConfigError("tlsCertFile and tlsPrivateKeyFile: give both or neither");
  const result = Settings.safeParse(Object.fromEntries([...given].map(([key, { value }]) => [key, value])));
  if (!result.success) throw new ConfigError(result.error.issues.flatMap((issue) => explain(issue, given)).join("\n"));
  checkImageGC(result.data, given);
  checkGracePeriods(result.data, given);
  return result.data;
}

function givenValues(files: readonly ConfigFile[]): Given {
  const given = new Map<string, { value: string; path: string }>();
  for (const { path, text } of files) {
    for (const [key, value] of Object.entries(ini.parse(text))) {
      if (typeof value !== "string" && typeof value !== "boolean")
        throw new ConfigError(`${path}: [${key}]: there are no sections; write key = value lines`);
      given.set(key, { value: String(value), path });
    }
  }
  return given;
}

/**
 * Throws ConfigError unless low < high (`apis/config/validation/validation.go: ValidateKubeletConfiguration`, v1.36).
 */
function checkImageGC({ imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low }: Settings, given: Given) {
  if (low < high) return;
  const file = given.get("imageGCHighThresholdPercent")?.path ?? given.get("imageGCLowThresholdPercent")?.path;
  throw new ConfigError(
    `${file}: imageGCLowThresholdPercent, which is ${low}, must be less than imageGCHighThresholdPercent, which is ${high}`,
  );
}

/** Throws ConfigError unless each soft threshold has a grace period (`eviction/helpers.go: ParseThresholdConfig`, v1.36). */
function checkGracePeriods({ evictionSoft, evictionSoftGracePeriod }: Settings, given: Given) {
  const lacking = (Object.keys(evictionSoft) as EvictionSignal[]).find(
    (signal) => evictionSoftGracePeriod[signal] === undefined,
  );
  if (lacking === undefined) return;
  throw new ConfigError(
    `${given.get("evictionSoft")?.path}: evictionSoft: grace period must be specified for the soft eviction threshold ${lacking}, such as evictionSoftGracePeriod = ${lacking}=1m30s`,
  );
}

function explain(issue: z.core.$ZodIssue, given: Given): string[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(Settings.shape).join(", ");
    return issue.keys.map((key) => `${given.get(key)?.path}: ${key}: unknown key; expected one of ${known}`);
  }
  const key = String(issue.path[0]);
  const { path, value } = given.get(key) ?? {};
  return [`${path}: ${key} = ${value}: ${issue.message}`];
}
