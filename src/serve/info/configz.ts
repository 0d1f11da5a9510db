import { printBytes, printCores } from "../../model/api/quantity.ts";
import type { Config, EvictionThresholds, SystemReserved } from "../../model/host/config.ts";

/** The longest restart back-off of units/helpers/container/container-start. */
const MAX_BACK_OFF = "5m0s";

/**
 * Returns the response of /configz: the fields of the kubelet's configuration (v1beta1, v1.36) that have a meaning here.
 * systemd limits swap on cgroup v2 only (`isUnified`).
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
      syncFrequency: "1m0s",
      nodeStatusUpdateFrequency: "10s",
      nodeStatusReportFrequency: "5m0s",
      nodeLeaseDurationSeconds: 40,
      maxPods: config.maxPods,
      podPidsLimit: config.podPidsLimit,
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
      memorySwap: isUnified ? { swapBehavior: "NoSwap" } : {},
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
}: Config): object {
  return {
    imageMinimumGCAge: "2m0s",
    imageGCHighThresholdPercent,
    imageGCLowThresholdPercent,
    nodeStatusMaxImages: 50,
    evictionHard: printThresholds(evictionHard),
    evictionPressureTransitionPeriod: "5m0s",
    systemReserved: printReserved(systemReserved),
  };
}

function printThresholds(thresholds: EvictionThresholds): Record<string, string> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([signal, threshold]) => [
      signal,
      "quantity" in threshold ? printBytes(threshold.quantity) : `${Math.round(threshold.fraction * 1e6) / 1e4}%`,
    ]),
  );
}

function printReserved({ cpu, memory, ephemeralStorage }: SystemReserved): Record<string, string> {
  return { cpu: printCores(cpu), memory: printBytes(memory), "ephemeral-storage": printBytes(ephemeralStorage) };
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
