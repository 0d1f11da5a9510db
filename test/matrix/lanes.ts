import { globSync, readFileSync } from "node:fs";

/** A kind of machine (machine.sh) with a version of the API server. */
export interface Lane {
  /** As `KIND/KUBERNETES`, such as "v2-trixie/1.34". */
  readonly name: string;
  readonly kind: string;
  /** Major and minor version of the API server. */
  readonly kubernetes: string;
}

/** systemd 252 with the controllers of cgroup v1; then 252, 257 and the newest with cgroup v2, each with both buses. */
const KINDS = [
  "nspawn",
  ...["bookworm", "trixie", "testing"].flatMap((suite) => [`v2-${suite}`, `v2-${suite}-broker`]),
];

/** The kinds that a night without `--only` also runs with the older API servers. */
const OLDER_KINDS = ["nspawn", "v2-trixie"];

const controlPlane = new URL("../control-plane/", import.meta.url);

/** The version in test/control-plane/go.mod. `npm test` runs with it. */
export function newestKubernetes(): string {
  const [, version] =
    /k8s\.io\/kubernetes v(\d+\.\d+)/.exec(readFileSync(new URL("go.mod", controlPlane), "utf8")) ?? [];
  if (version === undefined) throw new Error("test/control-plane/go.mod requires no k8s.io/kubernetes");
  return version;
}

/** Every kind with every version, the newest first. */
export function allLanes(): Lane[] {
  const older = globSync("v*/go.mod", { cwd: controlPlane }).map((path) => path.slice(1, path.indexOf("/")));
  const versions = [newestKubernetes(), ...older.toSorted().toReversed()];
  return versions.flatMap((kubernetes) => KINDS.map((kind) => ({ name: `${kind}/${kubernetes}`, kind, kubernetes })));
}

/** The lanes of a night: every kind with the newest version, and two kinds with the older ones. */
export function nightlyLanes(): Lane[] {
  const newest = newestKubernetes();
  return allLanes().filter(({ kind, kubernetes }) => kubernetes === newest || OLDER_KINDS.includes(kind));
}
