/** One place of src and what it may import: folders below src, files beside src/main.ts, packages, "node:" for all of Node. */
export interface Layer {
  readonly of: string;
  readonly may: readonly string[];
  readonly because: string;
}

const PURE = ["model", "unitfile"];
const SHARED = ["log.ts", "ports.ts", "version.ts"];
const CONCERNS = ["fields", "env", "volumes", "security", "images", "network", "resources", "lifecycle"].map(
  (folder) => `translate/${folder}`,
);
const DECISIONS = ["admission", "eviction", "annotations"].map((folder) => `translate/${folder}`);

/** The most specific entry counts. A folder's own files are always allowed. */
export const LAYERS: readonly Layer[] = [
  { of: "model", may: ["zod"], because: "model/ has the nouns: it imports only itself and zod" },
  { of: "unitfile", may: ["model", "ini"], because: "unitfile/ knows a format: itself, model/ and ini" },
  {
    of: "unitfile/hash.ts",
    may: ["unitfile", "model", "node:crypto"],
    because: "hashing is the one thing that unitfile/ takes from Node",
  },
  { of: "translate", may: PURE, because: "a pure stage imports only its own folder, model/ and unitfile/" },
  ...CONCERNS.map((of) => ({
    of,
    may: [...PURE, ...CONCERNS, ...DECISIONS, "translate/*.ts"],
    because: "a concern of translate/ does not know the kinds of container (host, oci, deb, adopt)",
  })),
  ...["host", "oci", "deb", "adopt"].map((kind) => ({
    of: `translate/${kind}`,
    may: [...PURE, ...CONCERNS, ...DECISIONS, "translate/*.ts"],
    because: "the kinds of container do not know each other: only the files at the top of translate/ import all",
  })),
  { of: "diff", may: PURE, because: "a pure stage imports only its own folder, model/ and unitfile/" },
  { of: "workloads", may: PURE, because: "a pure stage imports only its own folder, model/ and unitfile/" },
  { of: "report", may: PURE, because: "a pure stage imports only its own folder, model/ and unitfile/" },
  {
    of: "io",
    may: [...PURE, ...SHARED, "node:"],
    because: "io/ is below the stages: it imports model/, unitfile/ and Node",
  },
  {
    of: "io/systemd",
    may: [...PURE, ...SHARED, "io", "node:", "dbus-next"],
    because: "only io/systemd/ speaks D-Bus; it is below the stages",
  },
  {
    of: "io/schema",
    may: [...PURE, ...SHARED, "io", "config", "node:", "js-yaml"],
    because: "io/schema/ is the bundle that knows YAML and zod; it is below the stages",
  },
  { of: "config", may: [...PURE, "zod", "ini"], because: "config/ reads texts: it touches neither Node nor the host" },
  {
    of: "run",
    may: [...PURE, ...SHARED, "translate", "diff", "report", "workloads", "io"],
    because: "run/ puts the stages in order: Node's modules are for io/, and the other programs are beside it",
  },
  {
    of: "probe",
    may: [...PURE, ...SHARED, "io", "node:"],
    because: "probe/ is a program of its own, and has no part in a run",
  },
  {
    of: "pull",
    may: [...PURE, "io", "node:"],
    because: "pull/ is a program of its own, which the helper image-unpack runs",
  },
  {
    of: "serve",
    may: [...PURE, ...SHARED, "io", "report", "node:"],
    because: "serve/ is a program of its own, and has no part in a run",
  },
  {
    of: "cli",
    may: [...PURE, ...SHARED, "config", "translate", "diff", "report", "workloads", "io", "run", "node:"],
    because: "cli/ is a program of its own: it leaves D-Bus to io/systemd/, and the servers alone",
  },
  { of: "main.ts", may: [...PURE, ...SHARED, "io", "run", "node:"], because: "main.ts starts a run" },
  { of: "ports.ts", may: PURE, because: "ports.ts has types only" },
  { of: "log.ts", may: PURE, because: "everything may import log.ts" },
  { of: "version.ts", may: PURE, because: "everything may import version.ts" },
];

/** Where one bundle loads another: no arrow of the layers, and no part of a cycle. */
export const SEAMS: readonly string[] = ["io/bundles/loaders.ts → run/reconcile.ts"];

/** What is not as it should be yet. An entry that is no longer true fails, so that the list only gets shorter. */
export const EXCEPTIONS: readonly string[] = [];
