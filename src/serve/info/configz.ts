import type { Config } from "../../model/host/config.ts";

/** A container's restart back-off, as units/container-start has it. */
const MAX_BACK_OFF = "5m0s";

/** /configz: what of the kubelet's configuration has a meaning here, with the values that hold; the rest is left out. */
export function configz(config: Config): object {
  const { endpoint, reservedCpu, reservedMemory, evictionMemory, evictionDisk } = config;
  const clientCA = endpoint?.clientCA && "file" in endpoint.clientCA ? endpoint.clientCA.file : undefined;
  const pair = endpoint?.servingPair;
  const disk = `${Math.round(evictionDisk * 1e6) / 1e4}%`;
  const percentOfDisk = { "nodefs.available": disk };
  return {
    kubeletconfig: {
      kind: "KubeletConfiguration",
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      enableServer: true,
      ...access(clientCA, pair),
      port: config.port,
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
      evictionHard: { "memory.available": String(evictionMemory), ...percentOfDisk },
      kubeReserved: { cpu: `${reservedCpu}m`, memory: String(reservedMemory) },
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
