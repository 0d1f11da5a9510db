import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import { HOSTS_FILE, RESOLV_CONF } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import { hostsFile } from "./hosts-file.ts";
import { resolvConf } from "./resolv-conf.ts";

/** Where names come from: the pod's own files for /etc. Without a file of the host to cover there is no place for one. */
export function podFiles(pod: Pod, config: Config, { addresses, confinementProbe }: Host): readonly DesiredFile[] {
  const texts = [
    [HOSTS_FILE, hostsFile(pod, confinementProbe?.hosts ?? "", addresses, config.clusterDomain)],
    [RESOLV_CONF, resolvConf(pod, confinementProbe?.resolvConf ?? "", config)],
  ] as const;
  return texts.flatMap(([name, text]) =>
    text === undefined || !confinementProbe?.present.has(`/etc/${name}`) ? [] : [{ name, text, uid: 0, mode: 0o644 }],
  );
}
