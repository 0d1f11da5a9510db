import type { Pod } from "../../model/api/pod.ts";
import { HOSTS_FILE, RESOLV_CONF } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { TranslateContext } from "../context.ts";
import { hostsFile } from "./hosts-file.ts";
import { resolvConf } from "./resolv-conf.ts";

/** What these files depend on. */
export type FileContext = Pick<TranslateContext, "config" | "host" | "network" | "services" | "directory">;

/**
 * Returns the pod's files for /etc. A file that the host lacks is left out, because there is nothing to mount it on.
 */
export function podFiles(
  pod: Pod,
  { config, host: { confinementProbe }, network, services, directory }: FileContext,
): readonly DesiredFile[] {
  const hosts = hostsFile(pod, {
    ofTheHost: confinementProbe?.hosts ?? "",
    addresses: network.addresses,
    clusterDomain: config.clusterDomain,
    services,
    isWritten: directory?.files.has(HOSTS_FILE) ?? false,
  });
  const texts = [
    [HOSTS_FILE, hosts],
    [RESOLV_CONF, resolvConf(pod, confinementProbe?.resolvConf ?? "", config)],
  ] as const;
  return texts.flatMap(([name, text]) =>
    text === undefined || !confinementProbe?.present.has(`/etc/${name}`) ? [] : [{ name, text, uid: 0, mode: 0o644 }],
  );
}
