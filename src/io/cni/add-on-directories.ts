import { mkdirSync } from "node:fs";
import { isDirectory } from "../files.ts";

/**
 * What a kubelet makes at its start with this mode, each after the one that it lies in (`kubelet.go: setupDataDirs`,
 * `devicemanager/plugin/v1beta1/server.go: Start`, v1.36). Network and storage add-ons name them in volumes of the type Directory.
 */
const DIRECTORIES = [
  "/var/lib/kubelet",
  "/var/lib/kubelet/pods",
  "/var/lib/kubelet/plugins",
  "/var/lib/kubelet/plugins_registry",
  "/var/lib/kubelet/device-plugins",
  "/var/log/pods",
];
const MODE = 0o750;

/** Makes those that are missing. Returns why one cannot be made; undefined: all are there. */
export function makeAddOnDirectories(directories: readonly string[] = DIRECTORIES): string | undefined {
  const missing = directories.filter((path) => !isDirectory(path));
  if (missing.length === 0) return undefined;
  const umask = process.umask(0o777 & ~MODE);
  try {
    for (const path of missing) mkdirSync(path, MODE);
  } catch (error) {
    return (error as Error).message;
  } finally {
    process.umask(umask);
  }
}
