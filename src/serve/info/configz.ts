import { printBytes, printCores } from "../../model/api/quantity.ts";
import type { Config, EvictionThresholds, SystemReserved } from "../../model/host/config.ts";

/** A container's restart back-off, as units/container-start has it. */
const MAX_BACK_OFF = "5m0s";

/** Returns the answer of /configz: the fields of the kubelet's configuration that have a meaning here. */
export function configz(config: Config): object {
  const { endpoint, systemReserved, evictionHard } = config;
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
      cgroupRoot: "/",
      cgroupsPerQOS: true,
      cgroupDriver: "systemd",
      cpuCFSQuota: true,
      failSwapOn: false,
      evictionHard: printThresholds(evictionHard),
      systemReserved: printReserved(systemReserved),
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
