import type { Pod } from "../../model/api/pod.ts";
import { HOSTS_FILE, RESOLV_CONF } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { TranslateContext } from "../context.ts";
import { hostsFile } from "./hosts-file.ts";
import { resolvConf } from "./resolv-conf.ts";

/**
 * Returns the pod's files for /etc. A file that the host lacks is left out, because there is nothing to mount it on.
 */
export function podFiles(
  pod: Pod,
  { config, host: { confinementProbe }, network }: Pick<TranslateContext, "config" | "host" | "network">,
): readonly DesiredFile[] {
  const texts = [
    [HOSTS_FILE, hostsFile(pod, confinementProbe?.hosts ?? "", network.addresses, config.clusterDomain)],
    [RESOLV_CONF, resolvConf(pod, confinementProbe?.resolvConf ?? "", config)],
  ] as const;
  return texts.flatMap(([name, text]) =>
    text === undefined || !confinementProbe?.present.has(`/etc/${name}`) ? [] : [{ name, text, uid: 0, mode: 0o644 }],
  );
}
