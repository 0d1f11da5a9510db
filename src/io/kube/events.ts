import type { NodeEvent, PodEvent } from "../../model/api/event.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import { digest } from "../../unitfile/hash.ts";
import { ApiError, ignoreNotFound } from "./api-error.ts";
import { EventRecorder } from "./event-recorder.ts";
import { type ApiClient, MERGE_PATCH_TYPE } from "./http.ts";

/** One occurrence of an Event. `namespace` is that of the Event, because a Node has none. */
interface Occurrence {
  readonly namespace: string;
  readonly involvedObject: { readonly name: string; readonly uid: string };
  readonly event: NodeEvent & Pick<PodEvent, "fieldPath">;
  readonly now: Instant;
}

/** Writes Events, and raises the count of one that repeats (client-go's `record/events_cache.go:
 * eventObserve`, v0.36). All methods throw ApiError. */
export class Events {
  readonly #api: ApiClient;
  readonly #node: string;
  #events = 0;

  constructor(api: ApiClient, nodeName: string) {
    this.#api = api;
    this.#node = nodeName;
  }

  async recordPodEvent(event: PodEvent, now: Instant): Promise<void> {
    const { namespace, name, uid } = event.pod.metadata;
    const involvedObject = {
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      name,
      uid,
      ...(event.fieldPath ? { fieldPath: event.fieldPath } : {}),
    };
    await this.#record({ namespace, involvedObject, event, now });
  }

  async recordNodeEvent(event: NodeEvent, now: Instant): Promise<void> {
    // Events of a Node have its name as UID (`kubelet/kubelet.go: NewMainKubelet`, nodeRef, v1.36).
    const involvedObject = { apiVersion: "v1", kind: "Node", name: this.#node, uid: this.#node };
    try {
      await this.#record({ namespace: "default", involvedObject, event, now });
    } catch (error) {
      // A refused Event must not keep the node from what it is about.
      if (!(error instanceof ApiError && error.isTold)) throw error;
    }
  }

  /** Ignores an occurrence that was written before. The same text of another occurrence raises the count of its Event. */
  async #record(recorded: Occurrence): Promise<void> {
    const { namespace, involvedObject, event, now } = recorded;
    const { reason, message, occurrence, fieldPath } = event;
    const recorder = new EventRecorder(involvedObject.uid);
    const key = digest([reason, message, fieldPath].join("\n"), 16);
    const before = recorder.find(key);
    if (before?.occurrence === occurrence) return;
    const count = (before?.count ?? 0) + 1;
    const name =
      before !== undefined && (await this.#count(namespace, before.name, count, now))
        ? before.name
        : await this.#create(recorded, count);
    recorder.record(key, { name, count, occurrence });
  }

  /** Raises the count of an Event. Returns false when the Event is gone: the API server deletes Events after one hour. */
  async #count(namespace: string, name: string, count: number, now: Instant): Promise<boolean> {
    const path = `/api/v1/namespaces/${namespace}/events/${name}`;
    const body = { count, lastTimestamp: toTimestamp(now) };
    return (
      (await ignoreNotFound(this.#api.call({ method: "PATCH", path, body, contentType: MERGE_PATCH_TYPE }))) !==
      undefined
    );
  }

  async #create({ namespace, involvedObject, event, now }: Occurrence, count: number): Promise<string> {
    const { type, reason, message } = event;
    // The number makes names sort by time, so kubectl shows the Events of one second in their order.
    this.#events += 1;
    const name = `${involvedObject.name.slice(0, 200)}.${(BigInt(now) * 1_000_000n + BigInt(this.#events)).toString(16)}`;
    const time = toTimestamp(now);
    const body = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
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
    const about = `${involvedObject.uid} ${reason}`;
    await this.#api.call({ method: "POST", path: `/api/v1/namespaces/${namespace}/events`, body, about });
    return name;
  }
}
