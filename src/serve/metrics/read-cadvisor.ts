import { basename, join } from "node:path";
import { readOptional } from "../../io/files.ts";
import type { DiskUse } from "../../io/host/cgroup-disks.ts";
import { CgroupFiles } from "../../io/host/cgroup-files.ts";
import { type CgroupStats, readCgroupStats } from "../../io/host/cgroup-stats.ts";
import { unitCgroups } from "../../io/host/cgroups.ts";
import { readInterfaces } from "../../io/host/network.ts";
import { readNodeStats } from "../../io/host/node-stats.ts";
import { readPodOoms } from "../../io/host/oom-kills.ts";
import { readPodTraffic } from "../../io/host/pod-traffic.ts";
import { readExits } from "../../io/pods/exit-records.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { podStateDir } from "../../model/paths.ts";
import type { UnitOwner } from "../../model/unit.ts";
import type { MeasuredContainer } from "./cadvisor.ts";

/** Returns the statistics of the host, of each pod and of each running container. */
export async function readMeasured(): Promise<readonly MeasuredContainer[]> {
  const traffic = await readPodTraffic();
  const files = new CgroupFiles();
  const images = new Map(
    (readPodSummaries() ?? []).flatMap(({ uid, containers }) =>
      containers.map((each) => [`${uid}/${each.name}`, each.image]),
    ),
  );
  // A container in back-off has a cgroup, but does not run.
  const units = unitCgroups(files).filter(
    ({ identity, startedAt }) => identity.container === "" || startedAt !== undefined,
  );
  const own = units.map(({ identity, path, startedAt }): MeasuredContainer => {
    const { namespace, pod, podUID, container } = identity;
    const interfaces = container === "" ? traffic.get(podUID) : undefined;
    return {
      id: `/${path}`,
      namespace,
      pod,
      container,
      // Recording rules ignore samples without an image, and a pod that no run has reported since boot has none yet.
      image: container === "" ? "" : (images.get(`${podUID}/${container}`) ?? "unknown"),
      name: container === "" ? "" : (runningInvocation(basename(path)) ?? ""),
      ...(startedAt === undefined ? {} : { startedAt }),
      stats: withNames(withOoms(readCgroupStats(files, path), identity, readPodOoms(files, path))),
      ...(interfaces && { interfaces }),
    };
  });
  return [host(files), ...own];
}

function host(files: CgroupFiles): MeasuredContainer {
  const stats = { ...readNodeStats(files), disks: [] };
  return { id: "/", namespace: "", pod: "", container: "", image: "", name: "", stats, interfaces: readInterfaces() };
}

/**
 * Counts OOMs where a limit was met, as cAdvisor does. For a container it adds those of earlier starts from the exit records,
 * because the kernel's count ends with the cgroup.
 */
function withOoms(stats: CgroupStats, { podUID, container }: UnitOwner, podOoms: number): CgroupStats {
  if (container === "") return { ...stats, oomKills: podOoms };
  const { exits } = readExits(join(podStateDir(podUID), `${container}.exits`));
  const before = exits.filter(({ oomKilled }) => oomKilled).length;
  return { ...stats, oomKills: before + (stats.oomKills ?? 0) };
}

function withNames({ disks, ...stats }: CgroupStats): CgroupStats {
  return { ...stats, disks: disks.map((disk): DiskUse => ({ ...disk, device: deviceName(disk.device) })) };
}

/** Returns the name of a device, such as /dev/sda; MAJOR:MINOR when the kernel has no name for it. */
function deviceName(number: string): string {
  const name = /^DEVNAME=(.+)$/m.exec(readOptional(`/sys/dev/block/${number}/uevent`) ?? "")?.[1];
  return name === undefined ? number : `/dev/${name}`;
}
