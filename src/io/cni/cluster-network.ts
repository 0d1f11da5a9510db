import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ClusterNetwork, NOT_INITIALIZED } from "../../model/cni/cluster-network.ts";
import { type NetworkList, NetworkListError, parseNetworkList, withPlugins } from "../../model/cni/network-list.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { ignoreMissing, list } from "../files.ts";
import { networkStatus } from "./status.ts";

/** The directory of network configurations (`plugins.'io.containerd.cri.v1.runtime'.cni.conf_dir` of containerd). */
export const CONF_DIR = "/etc/cni/net.d";

/**
 * Returns the network of the first configuration in order of names, as containerd takes it: one that is not usable is not
 * skipped (`go-cni/opts.go: loadFromConfDir`, v1.1.12). Plugins that know STATUS are asked.
 */
export function readClusterNetwork(directory = CONF_DIR): ClusterNetwork {
  const [file] = filesOf(directory, [".conf", ".conflist", ".json"]);
  if (file === undefined) return { problem: NOT_INITIALIZED, because: `there is no configuration in ${directory}` };
  try {
    checkOwner(directory);
    const found = readList(directory, file);
    const problem = networkStatus(found);
    return { list: found, ...(problem !== undefined && { problem, because: problem }) };
  } catch (error) {
    const { message } = error as Error;
    return { problem: NOT_INITIALIZED, because: message };
  }
}

/** Returns the paths that change with the network. */
export function clusterNetworkPaths(directory = CONF_DIR): readonly string[] {
  const names = list(directory).map((name) => join(directory, name));
  const folders = names.filter((path) => ignoreMissing(() => lstatSync(path))?.isDirectory());
  return [directory, ...names, ...folders.flatMap((path) => list(path).map((name) => join(path, name)))];
}

function readList(directory: string, file: string): NetworkList {
  const path = join(directory, file);
  const network = within(path, () => parseNetworkList(file, readOwn(path)));
  const folder = join(directory, network.name);
  const more = network.loadsFolder ? filesOf(folder, [".conf"]) : [];
  if (more.length > 0) checkOwner(folder);
  const append = (before: NetworkList, file: string) => within(file, () => withPlugins(before, [readOwn(file)]));
  const whole = more.map((name) => join(folder, name)).reduce(append, network);
  return within(path, () => withPlugins(whole, []));
}

/** Returns the names of files with one of these endings, in order. */
function filesOf(directory: string, endings: readonly string[]): readonly string[] {
  return list(directory).filter(
    (name) =>
      endings.some((ending) => name.endsWith(ending)) &&
      ignoreMissing(() => lstatSync(join(directory, name)))?.isDirectory() === false,
  );
}

/** Reads a file that names programs for root to execute. Throws when another user may write it. */
function readOwn(path: string): string {
  checkOwner(path);
  return readAdministratorFile(path).toString();
}

const WRITABLE_BY_OTHERS = 0o022;

function checkOwner(path: string): void {
  const { uid, mode } = statSync(path);
  if (uid !== 0 || (mode & WRITABLE_BY_OTHERS) !== 0)
    throw new NetworkListError(`${path} must belong to root, and no other user may write there: use chown and chmod`);
}

/** Adds the path to an error that does not name it. */
function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    throw new NetworkListError(message.includes(path) ? message : `${path}: ${message}`);
  }
}
