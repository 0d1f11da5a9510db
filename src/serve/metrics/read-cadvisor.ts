import { basename, join } from "node:path";
import { readOptional } from "../../io/files.ts";
import { CgroupFiles } from "../../io/host/cgroup-files.ts";
import { type CgroupStats, type DiskUse, readCgroupStats } from "../../io/host/cgroup-stats.ts";
import { readNodeUsage, unitCgroups } from "../../io/host/cgroups.ts";
import { readExits } from "../../io/pods/exit-records.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { podStateDir } from "../../model/paths.ts";
import type { UnitOwner } from "../../model/unit.ts";
import type { MeasuredContainer } from "./cadvisor.ts";

/** The host, each pod and each container that runs. */
export function readMeasured(): readonly MeasuredContainer[] {
  const files = new CgroupFiles();
  const images = new Map(
    (readPodSummaries() ?? []).flatMap(({ uid, containers }) =>
      containers.map((each) => [`${uid}/${each.name}`, each.image]),
    ),
  );
  // One that waits out its back-off has a cgroup, but does not run.
  const units = unitCgroups(files).filter(
    ({ identity, startedAt }) => identity.container === "" || startedAt !== undefined,
  );
  const own = units.map(({ identity, path, startedAt }): MeasuredContainer => {
    const { namespace, pod, podUID, container } = identity;
    return {
      id: `/${path}`,
      namespace,
      pod,
      container,
      // Rules leave out what has no image: a container whose pod no run has seen since boot must not be left out.
      image: container === "" ? "" : (images.get(`${podUID}/${container}`) ?? "unknown"),
      name: container === "" ? "" : (runningInvocation(basename(path)) ?? ""),
      ...(startedAt === undefined ? {} : { startedAt }),
      stats: withNames(withRecords(readCgroupStats(files, path), identity)),
    };
  });
  return [host(), ...own];
}

function host(): MeasuredContainer {
  const { cpu, workingSet, swap } = readNodeUsage();
  const stats = {
    ...(cpu === undefined ? {} : { cpu }),
    ...(workingSet === undefined ? {} : { workingSet }),
    ...(swap === undefined ? {} : { swap }),
  };
  return { id: "/", namespace: "", pod: "", container: "", image: "", name: "", stats: { ...stats, disks: [] } };
}

/** The kernel forgets with the cgroup, which ends when the container does: what was killed before is in the exit records. */
function withRecords(stats: CgroupStats, { podUID, container }: UnitOwner): CgroupStats {
  if (container === "") return stats;
  const { exits } = readExits(join(podStateDir(podUID), `${container}.exits`));
  const before = exits.filter(({ oomKilled }) => oomKilled).length;
  return { ...stats, oomKills: before + ((stats.oomKills ?? 0) > 0 ? 1 : 0) };
}

function withNames({ disks, ...stats }: CgroupStats): CgroupStats {
  return { ...stats, disks: disks.map((disk): DiskUse => ({ ...disk, device: deviceName(disk.device) })) };
}

/** As cAdvisor names it, such as /dev/sda; MAJOR:MINOR for one that the kernel has no name for. */
function deviceName(number: string): string {
  const name = /^DEVNAME=(.+)$/m.exec(readOptional(`/sys/dev/block/${number}/uevent`) ?? "")?.[1];
  return name === undefined ? number : `/dev/${name}`;
}
