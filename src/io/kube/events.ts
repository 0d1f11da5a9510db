import type { NodeEvent, PodEvent } from "../../model/api/event.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import { digest } from "../../unitfile/hash.ts";
import { EventRecorder } from "./event-recorder.ts";
import { type ApiClient, ignoreNotFound, MERGE_PATCH_TYPE } from "./http.ts";

/** Writes Events as the kubelet does. All methods throw ApiError. */
export class Events {
  readonly #api: ApiClient;
  readonly #node: string;
  #events = 0;

  constructor(api: ApiClient, nodeName: string) {
    this.#api = api;
    this.#node = nodeName;
  }

  async tellOfPod(event: PodEvent, now: Instant): Promise<void> {
    const { namespace, name, uid } = event.pod.metadata;
    const involvedObject = {
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      name,
      uid,
      ...(event.fieldPath ? { fieldPath: event.fieldPath } : {}),
    };
    await this.#tell({ namespace, name, uid }, involvedObject, event, now);
  }

  async tellOfNode(event: NodeEvent, now: Instant): Promise<void> {
    // As the kubelet has it, a Node's events carry its name as UID.
    const involvedObject = { apiVersion: "v1", kind: "Node", name: this.#node, uid: this.#node };
    await this.#tell({ namespace: "default", name: this.#node, uid: this.#node }, involvedObject, event, now);
  }

  /** The same occurrence again is nothing new; the same words again raise the count of the Event that is there. */
  async #tell(
    about: { namespace: string; name: string; uid: string },
    involvedObject: object,
    event: Omit<PodEvent, "pod">,
    now: Instant,
  ): Promise<void> {
    const { reason, message, occurrence, fieldPath } = event;
    const memory = new EventRecorder(about.uid);
    const key = digest([reason, message, fieldPath].join("\n"), 16);
    const told = memory.recall(key);
    if (told?.occurrence === occurrence) return;
    const count = (told?.count ?? 0) + 1;
    const name =
      told !== undefined && (await this.#count(about.namespace, told.name, count, now))
        ? told.name
        : await this.#create(about, involvedObject, event, count, now);
    memory.keep(key, { name, count, occurrence });
  }

  /** False when it is there no more: Events live for an hour. */
  async #count(namespace: string, name: string, count: number, now: Instant): Promise<boolean> {
    const path = `/api/v1/namespaces/${namespace}/events/${name}`;
    const body = { count, lastTimestamp: toTimestamp(now) };
    return (
      (await ignoreNotFound(this.#api.call({ method: "PATCH", path, body, contentType: MERGE_PATCH_TYPE }))) !==
      undefined
    );
  }

  async #create(
    about: { namespace: string; name: string },
    involvedObject: object,
    event: Omit<PodEvent, "pod">,
    count: number,
    now: Instant,
  ): Promise<string> {
    const { type, reason, message } = event;
    // Names that sort as they came make kubectl show Events of one second in their order.
    this.#events += 1;
    const name = `${about.name.slice(0, 200)}.${(BigInt(now) * 1_000_000n + BigInt(this.#events)).toString(16)}`;
    const time = toTimestamp(now);
    const body = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: about.namespace },
      involvedObject,
      type,
      reason,
      message: message.slice(0, 1024),
      source: { component: "kubelet", host: this.#node },
      reportingComponent: "kubelet",
      reportingInstance: this.#node,
      firstTimestamp: time,
      lastTimestamp: time,
      count,
    };
    await this.#api.call({ method: "POST", path: `/api/v1/namespaces/${about.namespace}/events`, body });
    return name;
  }
}
