import { exists } from "../io/files.ts";
import { podsMemoryFiles } from "../io/host/cgroup-memory.ts";
import { readLevels } from "../io/host/host.ts";
import { diskDirectories } from "../io/host/pods-disk.ts";
import { countSystemKills } from "../io/host/system-kills.ts";
import { curlConfig, removeCurlOptions, writeCurlOptions } from "../io/kube/curl-options.ts";
import { leasePath } from "../io/kube/kube.ts";
import { RENEWAL_STAMP } from "../io/kube/lease-stamps.ts";
import { cachedCredentials } from "../io/pki/cached-credentials.ts";
import { POD_CIDRS } from "../io/pods/pod-cidrs.ts";
import { openProblems } from "../io/problems.ts";
import type { Marks } from "../io/unchanged-marks.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { type HostLevels, leastAvailable } from "../model/host/pressure.ts";
import { renewalBody } from "../report/node/lease.ts";
import { RENEW_INTERVAL_MS } from "./heartbeat.ts";
import type { RunInput } from "./input.ts";

const REQUEST = "lease";
/** The status of the answer is all that curl prints. */
const CURL_OPTIONS = [
  "silent",
  "globoff",
  "http1.1",
  "max-time = 2",
  'noproxy = "*"',
  'request = "PATCH"',
  'header = "Accept: application/json"',
  'header = "Content-Type: application/merge-patch+json"',
  'output = "/dev/null"',
  'write-out = "%{http_code}\\n"',
];

/** How ticks renew the lease, which levels of the host they compare meanwhile, and until when. */
export interface TickRenewal extends Required<Pick<Marks, "levels" | "renewal">> {
  readonly until: Instant;
}

/**
 * Returns how ticks renew the lease without a run; undefined when a run must do it, because there is more to do: a problem or a
 * pressure lasts, a certificate is due, or the network's plugins are asked for their state.
 */
export function tickRenewal({ config, configKey, now }: RunInput): TickRenewal | undefined {
  const { cluster, nodeName, podNetwork } = config;
  const until = cachedCredentials(configKey)?.until;
  const levels = readLevels();
  const isNetworkReady = podNetwork === "host" || (podNetwork === "bridge" && exists(POD_CIDRS));
  const isTroubled = levels.pressureHistory !== undefined || Object.values(openProblems()).includes(true);
  if (cluster === undefined || until === undefined || until <= now || !isNetworkReady || isTroubled) {
    removeCurlOptions(REQUEST);
    return undefined;
  }
  try {
    writeCurlOptions({ name: REQUEST, path: leasePath(nodeName), cluster, options: CURL_OPTIONS });
  } catch {
    // As for the list, each run reports itself why it cannot make the request.
    return undefined;
  }
  const stamp = { stamp: RENEWAL_STAMP, ms: RENEW_INTERVAL_MS };
  return {
    until,
    levels: [...levelLines(config, levels), `kills ${countSystemKills()}`],
    renewal: { ...stamp, config: curlConfig(REQUEST), body: renewalBody(nodeName) },
  };
}

/** A tick compares the memory of pods only while it has a limit and a threshold. */
function podsMemoryLine({ podsMemory }: HostLevels, least: number | undefined): readonly string[] {
  if (podsMemory === undefined || least === undefined) return [];
  const { directory, usage, inactive } = podsMemoryFiles();
  return [`used ${podsMemory.limit - least} ${usage} ${inactive} ${directory}`];
}

function levelLines(config: Config, levels: HostLevels): readonly string[] {
  const least = leastAvailable(config, levels);
  const { pods, images } = diskDirectories();
  const disk = (name: "nodefs" | "imagefs", directory: string) =>
    `disk ${least[`${name}.available`] ?? 0} ${least[`${name}.inodesFree`] ?? 0} ${directory}`;
  return [
    `memory ${least["memory.available"] ?? 0}`,
    ...podsMemoryLine(levels, least["allocatableMemory.available"]),
    disk("nodefs", pods),
    disk("imagefs", images),
    `tasks ${levels.pidsMax - (least["pid.available"] ?? 0)}`,
  ];
}
