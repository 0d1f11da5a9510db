import { join } from "node:path";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { DATA } from "../model/paths.ts";
import type { Pod, PodStatus } from "../model/api/pod.ts";
import type { Fetched, Need, References } from "../model/references.ts";
import type { Answer, PodSource } from "../ports.ts";
import { digest } from "../unitfile/hash.ts";
import { EventMemory } from "./kube/event-recorder.ts";
import { ifThere, isDirectory, namesIn, readIfThere, remove, writeWhole } from "./files.ts";
import { filesFingerprint } from "./host/fingerprint.ts";
import { strayed } from "./kube/node-name.ts";
import { keep, recall } from "./cache.ts";
import type { Manifests } from "./schema/manifest-files.ts";
import { loadRare } from "./bundles/schema-bundle.ts";

const STATUS = `${DATA}/status`;

/** Pods from a directory of manifests, with no cluster at all: status lies in files, events go to the journal. */
export class ManifestSource implements PodSource {
  readonly #directory: string;
  readonly #node: string;
  readonly #log: Log;

  constructor(directory: string, nodeName: string, log: Log) {
    this.#directory = directory;
    this.#node = nodeName;
    this.#log = log;
  }

  async list(): Promise<Answer> {
    // No manifests is a wish, no directory for them is a slip.
    if (!isDirectory(this.#directory))
      return { ok: false, because: `there is no directory ${this.#directory}: create it` };
    try {
      const paths = namesIn(this.#directory)
        .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith("."))
        .map((name) => join(this.#directory, name));
      const key = digest(`${this.#node} ${filesFingerprint([this.#directory, ...paths])}`, 40);
      const manifests = recall<Manifests>("manifests", key) ?? (await this.#read(key, paths));
      const problems = [...manifests.problems, strayed(undefined)].filter((each) => each !== undefined);
      const missing = problems.length > 0 ? { missing: problems.join("; ") } : {};
      return { ok: true, digest: key, parse: () => ({ pods: manifests.pods.map(withStatus), ...missing }) };
    } catch (error) {
      return { ok: false, because: `Cannot read ${this.#directory}: ${(error as Error).message}` };
    }
  }

  async #read(key: string, paths: readonly string[]): Promise<Manifests> {
    const manifests = (await loadRare()).readManifests(paths, this.#node);
    if (manifests.problems.length === 0) forgetOthers(manifests.pods);
    for (const problem of manifests.problems) this.#log.error("bad manifest", { problem });
    keep("manifests", key, manifests);
    return manifests;
  }

  async node(): Promise<undefined> {
    return undefined;
  }

  /** Nobody has objects here; and no services, which every container is to be told of. */
  async fetch(needs: readonly Need[]): Promise<References> {
    const at = Date.now();
    const because = "this node has no cluster that could be asked for it";
    return new Map(
      needs.map(({ key, reference: { kind } }): [string, Fetched] => [
        key,
        kind === "services" ? { ok: true, value: [], at } : { ok: false, missing: kind === "service", because, at },
      ]),
    );
  }

  async publish(pod: Pod, next: PodStatus): Promise<void> {
    writeWhole(statusPath(pod.metadata.uid), JSON.stringify(next), 0o600);
  }

  async tell({ pod, type, reason, message, fieldPath, occurrence }: PodEvent): Promise<void> {
    const memory = new EventMemory(pod.metadata.uid);
    const key = digest([reason, message, fieldPath].join("\n"), 16);
    if (memory.recall(key)?.occurrence === occurrence) return;
    memory.keep(key, { name: "", count: 0, occurrence });
    const fields = { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, field: fieldPath, reason, message };
    if (type === "Warning") this.#log.warning("event", fields);
    else this.#log.notice("event", fields);
  }

  async forget(pod: Pod): Promise<void> {
    remove(statusPath(pod.metadata.uid));
  }
}

/** Of pods that no manifest asks for any more. */
function forgetOthers(pods: readonly Pod[]): void {
  const known = new Set(pods.map(({ metadata }) => `${metadata.uid}.json`));
  for (const name of namesIn(STATUS)) if (!known.has(name)) remove(join(STATUS, name));
}

const statusPath = (uid: string) => join(STATUS, `${uid}.json`);

function withStatus(pod: Pod): Pod {
  const text = ifThere(() => readIfThere(statusPath(pod.metadata.uid)));
  if (text === undefined) return pod;
  try {
    return { ...pod, status: JSON.parse(text) as PodStatus };
  } catch {
    return pod;
  }
}
