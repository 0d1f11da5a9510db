import type { Container, Pod, PodSpec } from "../../src/model/api/pod.ts";
import type { Config } from "../../src/model/host/config.ts";
import type { Host } from "../../src/model/host/host.ts";
import { hostNetwork } from "../../src/model/pod-network.ts";
import type { ResolvedReferences } from "../../src/model/references.ts";
import type { Runnable, Translation } from "../../src/model/translation.ts";
import type { TranslateContext } from "../../src/translate/context.ts";
import { translatePod } from "../../src/translate/pod.ts";
import { resolveContainers } from "../../src/translate/resolve-containers.ts";
import type { ResolvedContainer } from "../../src/translate/resolved-container.ts";
import { decodeUnit } from "../../src/unitfile/codec.ts";

export const UID = "5f0c3a2e-0000-4000-8000-000000000001";
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export const CONFIG: Config = {
  nodeName: "edge",
  manifests: "/etc/unitlet/manifests",
  staticPods: false,
  imagePulls: "deny",
  ignoreImages: false,
  hostFiles: "all",
  hostAccounts: "any",
  adoptUnits: "any",
  hostPaths: "any",
  packages: "signed",
  portForward: "declared",
  allowedUnsafeSysctls: [],
  hostNetwork: "default",
  podNetwork: "host",
  podCIDR: ["10.86.0.0/24"],
  clusterDNS: [],
  clusterDomain: "cluster.local",
  watch: false,
  taint: true,
  unitDirectory: "/etc/systemd/system",
  dropIns: "remove",
  nodeLabels: {},
  nodeIPs: [],
  maxPods: 110,
  podPidsLimit: -1,
  singleProcessOOMKill: false,
  memorySwap: "none",
  memoryReservationPolicy: "none",
  systemReserved: { cpu: 0, memory: 0, ephemeralStorage: 0, pids: 0 },
  evictionHard: {
    "memory.available": { quantity: 100 * 1024 ** 2 },
    "nodefs.available": { fraction: 0.1 },
    "nodefs.inodesFree": { fraction: 0.05 },
    "imagefs.available": { fraction: 0.15 },
    "imagefs.inodesFree": { fraction: 0.05 },
    "pid.available": { fraction: 0.05 },
  },
  evictionSoft: {},
  evictionSoftGracePeriod: {},
  evictionMaxPodGracePeriod: 0,
  evictionMinimumReclaim: {},
  evictionPressureTransitionPeriod: 300_000,
  unfencedRoot: "deny",
  acceptedVulnerabilities: [],
  imageChecksums: "required",
  autoUpdateTimeout: 300_000,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  namespaceLogMaxSize: 1024 ** 3,
  syncFrequency: 60_000,
  apiServerTimeout: 5000,
  kubeletPort: 10250,
};

export const HOST: Host = {
  hostname: "edge.example.org",
  addresses: ["192.0.2.7"],
  cpus: 4,
  memoryTotal: 8_000_000_000,
  memoryAvailable: 6_000_000_000,
  diskTotal: 30_000_000_000,
  diskAvailable: 20_000_000_000,
  inodesTotal: 2_000_000,
  inodesFree: 1_000_000,
  pidsMax: 32768,
  pidsUsed: 400,
  machineID: "0123456789abcdef0123456789abcdef",
  bootID: "11111111-2222-4333-8444-555555555555",
  systemUUID: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  kernelVersion: "6.1.0-30-amd64",
  osImage: "Debian GNU/Linux 12 (bookworm)",
  architecture: "amd64",
  bootedAt: Date.UTC(2026, 0, 1),
  swapTotal: 0,
  missingImageTools: [],
  hasApt: true,
  systemdVersion: "252",
  confinementProbe: {
    landlockABI: 7,
    present: new Set([
      "/usr/bin/perl",
      "/etc/hosts",
      "/etc/resolv.conf",
      "/proc/bus",
      "/proc/fs",
      "/proc/irq",
      "/proc/sys",
      "/proc/sysrq-trigger",
    ]),
    hosts: "127.0.0.1\tlocalhost\n",
    resolvConf: "nameserver 192.0.2.53\nsearch example.org\n",
  },
};

/** There are no services in the pod's namespace, and nothing else is known. */
export const NO_REFERENCES: ResolvedReferences = new Map([
  ["services/shop/", { ok: true, value: [], at: NOW }],
  ["service/default/kubernetes", { ok: false, missing: true, because: 'service "kubernetes" not found', at: NOW }],
]);

/** The configuration of an image that says nothing. */
export const NO_IMAGE_CONFIG = {
  entrypoint: [],
  command: [],
  environment: [],
  workingDirectory: "",
  user: "",
  stopSignal: "",
  volumes: [],
};

export function container(change: Partial<Container> = {}): Container {
  return { name: "app", image: "host", command: ["/usr/bin/app"], ...change };
}

/** On the host's network, so that nothing is to be said about it. */
export function pod(spec: Partial<PodSpec> = {}, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    metadata: { name: "web", namespace: "shop", uid: UID, ...metadata },
    spec: { containers: [container()], restartPolicy: "Always", hostNetwork: true, ...spec },
  };
}

export function podOf(change: Partial<Container>): Pod {
  return pod({ containers: [container(change)] });
}

/** A pod with a field that the types do not know. */
export function odd(spec: object): Pod {
  return pod(spec as Partial<PodSpec>);
}

/** The pod's first main container, as the parts of the translation get it. */
export function resolved(of: Pod, config: Partial<Config> = {}): ResolvedContainer {
  const all = resolveContainers(of, { config: { ...CONFIG, ...config }, network: hostNetwork(HOST) });
  const first = all.find(({ kind }) => kind === "container");
  if (first === undefined) throw new Error("the pod has no container");
  return first;
}

export function translate(of: Pod, context: Partial<TranslateContext> = {}): Translation {
  const whole = {
    config: CONFIG,
    host: HOST,
    libDir: "/lib/unitlet",
    network: hostNetwork(context.host ?? HOST),
    references: NO_REFERENCES,
    absentDirectories: new Set<string>(),
    hostFiles: new Map(),
  };
  return translatePod(of, { ...whole, ...context });
}

export function runnable(of: Pod, context: Partial<TranslateContext> = {}): Runnable {
  const translation = translate(of, context);
  if (translation.kind === "runnable") return translation;
  throw new Error(`rejected: ${translation.message}`);
}

/** The values of one directive in the unit of the pod's first (or the named) container. */
export function directive(of: Pod, name: string, which = "app"): readonly string[] {
  const unit = runnable(of).containers.find((each) => each.name === which);
  if (unit?.unit === undefined) throw new Error(`no unit: ${JSON.stringify(unit?.waiting)}`);
  const { Unit = {}, Service = {} } = decodeUnit(unit.unit.text);
  return { ...Unit, ...Service }[name] ?? [];
}

/** Why the pod's first (or the named) container waits; undefined when it does not. */
export function waiting(of: Pod, context: Partial<TranslateContext> = {}, which = "app") {
  return runnable(of, context).containers.find((each) => each.name === which)?.waiting;
}

/** The words of one option of container-run in an Exec line, such as the options, source and target of each `--bind`. */
export function runOption(execLine: string, option: string, words: number): readonly string[] {
  const all = [...execLine.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, word = ""]) => word.replaceAll("%%", "%"));
  return all.flatMap((word, at) => (word === option ? [all.slice(at + 1, at + 1 + words).join(" ")] : []));
}

/** The mounts of the pod's first container, each as its options, source and target. */
export function bindMounts(of: Pod): readonly string[] {
  return runOption(directive(of, "ExecStart")[0] ?? "", "--bind", 3);
}
