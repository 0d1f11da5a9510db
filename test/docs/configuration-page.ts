import { readFileSync } from "node:fs";
import { ConfigError, parseSettings } from "../../src/config/settings.ts";
import { GENERATED_MARK } from "./markdown.ts";

/** The field of KubeletConfiguration, or the flag of the kubelet, that does the same. */
export const KUBELET_EQUIVALENTS: Readonly<Record<string, string>> = {
  nodeName: "`--hostname-override`",
  kubeconfig: "`--kubeconfig`",
  manifests: "`staticPodPath`",
  clusterDNS: "`clusterDNS`",
  clusterDomain: "`clusterDomain`",
  taint: "`registerWithTaints`",
  nodeLabels: "`--node-labels`",
  nodeIP: "`--node-ip`",
  maxPods: "`maxPods`",
  podPidsLimit: "`podPidsLimit`",
  singleProcessOOMKill: "`singleProcessOOMKill`",
  memorySwap: "`memorySwap.swapBehavior`",
  memoryThrottlingFactor: "`memoryThrottlingFactor`, of the feature gate MemoryQoS",
  memoryReservationPolicy: "`memoryReservationPolicy`, of the feature gate MemoryQoS",
  systemReserved: "`systemReserved`",
  evictionHard: "`evictionHard`",
  evictionSoft: "`evictionSoft`",
  evictionSoftGracePeriod: "`evictionSoftGracePeriod`",
  evictionMaxPodGracePeriod: "`evictionMaxPodGracePeriod`",
  evictionMinimumReclaim: "`evictionMinimumReclaim`",
  evictionPressureTransitionPeriod: "`evictionPressureTransitionPeriod`",
  imageGCHighThresholdPercent: "`imageGCHighThresholdPercent`",
  imageGCLowThresholdPercent: "`imageGCLowThresholdPercent`",
  syncFrequency: "`syncFrequency`",
  kubeletPort: "`port`",
  clientCAFile: "`authentication.x509.clientCAFile`",
  servingCertificate: "`serverTLSBootstrap`",
  tlsCertFile: "`tlsCertFile`",
  tlsPrivateKeyFile: "`tlsPrivateKeyFile`",
};

const HEAD = `# Configuration

Settings are lines \`key = value\` in \`/etc/unitlet/unitlet.conf\`, then in \`/etc/unitlet/unitlet.conf.d/*.conf\` in lexical order. A later file overrides an earlier one, key by key.
The next run reads a change. \`unitlet check-config\` checks the files.

An unknown key or an invalid value is an error. The message names the file, the key and the expected value. The run then ends with status 78 and changes nothing.

## Timer interval

A run starts 5 s after the last one has ended, or after 10 s with \`watch = yes\`. To change the interval: \`systemctl edit unitlet-sync.timer\`.
Keep it well below 40 s, the duration of the node's lease.

\`\`\`ini
[Timer]
# An empty value first: it removes every timer of the unit, OnBootSec= too.
OnUnitInactiveSec=
OnBootSec=1s
OnUnitInactiveSec=10s
\`\`\`

## Settings`;

interface Setting {
  readonly key: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Returns docs/configuration.md. Meanings and defaults are those of units/systemd/unitlet.conf, values those of the schema. */
export function configurationPage(): string {
  return [GENERATED_MARK, HEAD, ...documentedSettings().map(section)].join("\n\n");
}

function section({ key, fallback, meaning }: Setting): string {
  const equivalent = KUBELET_EQUIVALENTS[key];
  const unwritten = meaning.includes("Default:") ? "see above" : "none";
  return [
    `### ${key}`,
    meaning,
    [
      `- Value: ${expectedValue(key)}`,
      `- Default: ${fallback === "" ? unwritten : `\`${fallback}\``}`,
      ...(equivalent === undefined ? [] : [`- Equivalent of the kubelet: ${equivalent}`]),
    ].join("\n"),
  ].join("\n\n");
}

/** The settings of unitlet.conf in its order. A comment is the meaning of all keys that follow it directly. */
export function documentedSettings(): Setting[] {
  const conf = readFileSync(new URL("../../units/systemd/unitlet.conf", import.meta.url), "utf8");
  const [, ...blocks] = conf.split("\n\n");
  return blocks.flatMap((block) => {
    const comment = [...block.matchAll(/^# (.*)$/gm)].map(([, line]) => line).join("\n");
    const keys = [...block.matchAll(/^#(\w+) =(.*)$/gm)];
    return keys.map(([, key = "", value = ""]) => ({ key, fallback: value.trim(), meaning: asMarkdown(comment) }));
  });
}

/** Values at the head of a sentence, such as "yes:", are code; so are the pages' own keys. */
function asMarkdown(comment: string): string {
  return comment
    .replace(/(^|[.;] |\n)([a-z][a-z-]*|100):/g, "$1`$2`:")
    .replace(/\b(servingCertificate|hostNetwork: true|dnsPolicy|ClusterFirst|deb:\/\/NAME)\b/g, "`$1`");
}

/** What the schema says about an invalid value: "expected allow or deny" → "allow or deny". */
function expectedValue(key: string): string {
  try {
    parseSettings([{ path: "x", text: `${key} = ?\ntlsCertFile = /a\ntlsPrivateKeyFile = /b\n${key} = ?` }]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [line = ""] = error.message.split("\n").filter((each) => each.includes(`${key} = `));
    return line.replace(/^.*?expected /, "");
  }
  throw new Error(`${key} takes every value: the schema should say which`);
}

/** Every key of the schema, from the message about an unknown key. */
export function schemaKeys(): string[] {
  try {
    parseSettings([{ path: "x", text: "unknown = 1" }]);
  } catch (error) {
    return /expected one of (.*)/.exec((error as Error).message)?.[1]?.split(", ") ?? [];
  }
  return [];
}
