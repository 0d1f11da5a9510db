import type { CgroupFiles } from "./cgroup-files.ts";

/** The I/O of one device since the cgroup was created. */
export interface DiskUse {
  /** The kernel's MAJOR:MINOR. */
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/** Returns the I/O of one cgroup by device. */
export function readDisks(files: CgroupFiles, path: string): DiskUse[] {
  return files.isUnified ? disks2(files, path) : disks1(files, path);
}

/** Parses lines such as `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. */
function disks2(files: CgroupFiles, path: string): DiskUse[] {
  const lines = files.text("", path, "io.stat").split("\n");
  return lines.flatMap((line) => {
    const [device = "", ...words] = line.split(" ");
    const value = (key: string) => Number(words.find((word) => word.startsWith(`${key}=`))?.split("=")[1] ?? 0);
    if (words.length === 0) return [];
    const bytes = { readBytes: value("rbytes"), writtenBytes: value("wbytes") };
    return [{ device, ...bytes, reads: value("rios"), writes: value("wios") }];
  });
}

/** Parses lines such as `8:0 Read 1`. */
function disks1(files: CgroupFiles, path: string): DiskUse[] {
  const read = (file: string) => {
    const rows = [...files.text("blkio", path, file).matchAll(/^(\d+:\d+) (Read|Write) (\d+)$/gm)];
    return new Map(rows.map(([, device, way, value]) => [`${device} ${way}`, Number(value)]));
  };
  const bytes = read("blkio.throttle.io_service_bytes_recursive");
  const times = read("blkio.throttle.io_serviced_recursive");
  const devices = new Set([...bytes.keys()].map((key) => key.split(" ")[0] ?? ""));
  return [...devices].map((device) => ({
    device,
    readBytes: bytes.get(`${device} Read`) ?? 0,
    writtenBytes: bytes.get(`${device} Write`) ?? 0,
    reads: times.get(`${device} Read`) ?? 0,
    writes: times.get(`${device} Write`) ?? 0,
  }));
}
