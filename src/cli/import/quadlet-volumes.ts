import type { Directives } from "./directives.ts";
import { type ImportedMount, plainPath } from "./mounts.ts";

/** Where Podman keeps volumes with names. */
const VOLUMES = "/var/lib/containers/storage/volumes";

/** Reads Volume=, Tmpfs= and ShmSize=. */
export function readVolumes(quadlet: Directives): readonly ImportedMount[] {
  const volumes = quadlet.all("Volume").map((value) => volume(quadlet, value));
  const memory = quadlet.all("Tmpfs").map((value): ImportedMount => {
    const [path = "", options] = value.split(":");
    if (options !== undefined) quadlet.note("Tmpfs", "an emptyDir in memory has no options", value);
    return { source: { emptyDir: { medium: "Memory" } }, mountPath: plainPath(path) };
  });
  return [...volumes, ...memory, ...sharedMemory(quadlet)];
}

function volume(quadlet: Directives, value: string): ImportedMount {
  const [first = "", second, options = ""] = value.split(":");
  if (second === undefined) return { source: { emptyDir: {} }, mountPath: plainPath(first) };
  const words = options.split(",").filter((word) => word !== "" && word !== "rw" && word !== "ro");
  if (words.length > 0) quadlet.note("Volume", "a volume of a pod has no such options", value);
  const mountPath = plainPath(second);
  const readOnly = options.split(",").includes("ro");
  if (first.startsWith("/")) return { source: { hostPath: { path: plainPath(first) } }, mountPath, readOnly };
  quadlet.note("Volume", `a hostPath volume of the directory where Podman has it for root`, value);
  const name = first.endsWith(".volume") ? `systemd-${first.replace(/\.volume$/, "")}` : first;
  return { source: { hostPath: { path: `${VOLUMES}/${name}/_data` } }, mountPath, readOnly };
}

function sharedMemory(quadlet: Directives): readonly ImportedMount[] {
  const size = quadlet.last("ShmSize");
  if (size === undefined) return [];
  const [, number, unit = ""] = /^(\d+)([kmg]?)b?$/i.exec(size) ?? [];
  if (number === undefined) {
    quadlet.note("ShmSize", "is no number of bytes");
    return [];
  }
  const suffix = unit === "" ? "" : `${unit.toUpperCase()}i`;
  return [{ source: { emptyDir: { medium: "Memory", sizeLimit: `${number}${suffix}` } }, mountPath: "/dev/shm" }];
}
