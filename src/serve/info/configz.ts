import { printBytes, printCores, printCount } from "../../model/api/quantity.ts";
import type { Config, EvictionThresholds, SystemReserved } from "../../model/host/config.ts";

/** The longest restart back-off of units/helpers/container/container-start. */
const MAX_BACK_OFF = "5m0s";

/**
 * Returns the response of /configz: the fields of the kubelet's configuration (v1beta1, v1.36) that have a meaning here.
 * systemd limits swap, and the kernel kills all processes of a container, on cgroup v2 only (`isUnified`).
 */
export function configz(config: Config, isUnified: boolean): object {
  const { endpoint, clusterDNS, clusterDomain } = config;
  const clientCA = endpoint?.clientCA && "file" in endpoint.clientCA ? endpoint.clientCA.file : undefined;
  const pair = endpoint?.servingPair;
  return {
    kubeletconfig: {
      kind: "KubeletConfiguration",
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      enableServer: true,
      ...access(clientCA, pair),
      port: config.kubeletPort,
      readOnlyPort: 0,
      healthzPort: 0,
      syncFrequency: printDuration(config.syncFrequency),
      nodeStatusUpdateFrequency: "10s",
      nodeStatusReportFrequency: "5m0s",
      nodeLeaseDurationSeconds: 40,
      maxPods: config.maxPods,
      podPidsLimit: config.podPidsLimit,
      singleProcessOOMKill: config.singleProcessOOMKill || !isUnified,
      cgroupRoot: "/",
      cgroupsPerQOS: true,
      cgroupDriver: "systemd",
      cpuCFSQuota: true,
      failSwapOn: false,
      clusterDomain,
      ...(clusterDNS.length > 0 ? { clusterDNS } : {}),
      rotateCertificates: true,
      serverTLSBootstrap: pair === undefined && endpoint?.servingCertificate !== "self-signed",
      ...resources(config),
      ...(isUnified && config.memoryThrottlingFactor && { memoryThrottlingFactor: config.memoryThrottlingFactor }),
      memoryReservationPolicy: isUnified && config.memoryReservationPolicy === "tiered" ? "TieredReservation" : "None",
      memorySwap: isUnified ? { swapBehavior: config.memorySwap === "limited" ? "LimitedSwap" : "NoSwap" } : {},
      crashLoopBackOff: { maxContainerRestartPeriod: MAX_BACK_OFF },
      enableDebuggingHandlers: true,
      enableProfilingHandler: false,
      enableDebugFlagsHandler: false,
      enableSystemLogHandler: true,
      enableSystemLogQuery: true,
      registerNode: true,
      containerRuntimeEndpoint: "",
    },
  };
}

function resources({
  systemReserved,
  evictionHard,
  imageGCHighThresholdPercent,
  imageGCLowThresholdPercent,
  ...soft
}: Config): object {
  return {
    imageMinimumGCAge: "2m0s",
    imageGCHighThresholdPercent,
    imageGCLowThresholdPercent,
    nodeStatusMaxImages: 50,
    evictionHard: printThresholds(evictionHard),
    ...printSoftEviction(soft),
    evictionPressureTransitionPeriod: printDuration(soft.evictionPressureTransitionPeriod),
    systemReserved: printReserved(systemReserved),
  };
}

type SoftEviction = Pick<
  Config,
  "evictionSoft" | "evictionSoftGracePeriod" | "evictionMinimumReclaim" | "evictionMaxPodGracePeriod"
>;

/** The kubelet leaves out what is empty, too. */
function printSoftEviction({
  evictionSoft,
  evictionSoftGracePeriod: periods,
  evictionMinimumReclaim: reclaim,
  evictionMaxPodGracePeriod,
}: SoftEviction): object {
  const isGiven = (map: object) => Object.keys(map).length > 0;
  const print = Object.entries(periods).map(([signal, period]) => [signal, printDuration(period)]);
  return {
    ...(isGiven(evictionSoft) && { evictionSoft: printThresholds(evictionSoft) }),
    ...(isGiven(periods) && { evictionSoftGracePeriod: Object.fromEntries(print) }),
    ...(evictionMaxPodGracePeriod > 0 && { evictionMaxPodGracePeriod }),
    ...(isGiven(reclaim) && { evictionMinimumReclaim: printThresholds(reclaim) }),
  };
}

/** Prints milliseconds as Go does, such as "1m30s" or "1h0m0s" (`time.Duration.String` of Go). */
function printDuration(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < 1000) return `${milliseconds}ms`;
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const rest = `${(milliseconds % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

function printThresholds(thresholds: EvictionThresholds): Record<string, string> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([signal, threshold]) => [
      signal,
      "quantity" in threshold ? printBytes(threshold.quantity) : `${Math.round(threshold.fraction * 1e6) / 1e4}%`,
    ]),
  );
}

function printReserved({ cpu, memory, ephemeralStorage, pids }: SystemReserved): Record<string, string> {
  return {
    cpu: printCores(cpu),
    memory: printBytes(memory),
    "ephemeral-storage": printBytes(ephemeralStorage),
    pid: printCount(pids),
  };
}

function access(clientCA: string | undefined, pair: { certificate: string; key: string } | undefined): object {
  return {
    ...(pair ? { tlsCertFile: pair.certificate, tlsPrivateKeyFile: pair.key } : {}),
    tlsMinVersion: "VersionTLS12",
    authentication: {
      x509: clientCA === undefined ? {} : { clientCAFile: clientCA },
      webhook: { enabled: true, cacheTTL: "2m0s" },
      anonymous: { enabled: false },
    },
    authorization: {
      mode: "Webhook",
      webhook: { cacheAuthorizedTTL: "5m0s", cacheUnauthorizedTTL: "30s" },
    },
  };
}
