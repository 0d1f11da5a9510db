import type { Cluster, Config, Endpoint } from "../model/host/config.ts";
import { JOINED_DEFAULTS, STANDALONE_DEFAULTS } from "./node-policy.ts";
import { ConfigError, NODE_NAME, type Settings } from "./settings.ts";

/**
 * Returns the configuration of a run. A node with a cluster has joined, and then the defaults of the node's policy are
 * strict. Throws ConfigError when the host's name cannot be a node's name. */
export function toConfig(settings: Settings, hostname: string, cluster: Cluster | undefined): Config {
  const { nodeName, nodeLabels, nodeIP, kubeconfig: _, memoryThrottlingFactor, autoUpdateHook, ...others } = settings;
  const defaults = cluster === undefined ? STANDALONE_DEFAULTS : JOINED_DEFAULTS;
  const { kubeletIdleTimeout: _idle, clientCAFile: _ca, tlsCertFile: _certificate, ...rest } = others;
  const { tlsPrivateKeyFile: _key, servingCertificate: _serving, ...same } = rest;
  const labels = (nodeLabels ?? []).map((label) => [
    label.slice(0, label.indexOf("=")),
    label.slice(label.indexOf("=") + 1),
  ]);
  return {
    ...same,
    hostFiles: settings.hostFiles ?? defaults.hostFiles,
    hostAccounts: settings.hostAccounts ?? defaults.hostAccounts,
    adoptUnits: settings.adoptUnits ?? defaults.adoptUnits,
    packages: settings.packages ?? defaults.packages,
    nodeName: nodeName ?? nameOf(hostname),
    nodeLabels: Object.fromEntries(labels),
    nodeIPs: nodeIP ?? [],
    ...(memoryThrottlingFactor !== undefined && { memoryThrottlingFactor }),
    ...(autoUpdateHook !== undefined && { autoUpdateHook }),
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
  { kubeletIdleTimeout, clientCAFile, servingCertificate, tlsCertFile, tlsPrivateKeyFile }: Settings,
  cluster: Cluster,
): Endpoint {
  const authority = clientCAFile ? { file: clientCAFile } : cluster.ca;
  return {
    idleTimeout: kubeletIdleTimeout,
    servingCertificate,
    ...(authority ? { clientCA: authority } : {}),
    ...(tlsCertFile && tlsPrivateKeyFile ? { servingPair: { certificate: tlsCertFile, key: tlsPrivateKeyFile } } : {}),
  };
}
