import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { keepCompiledCode } from "../../io/bundles/keep-code.ts";
import type { ApiClient } from "../../io/kube/http.ts";
import { containerLog } from "../../io/logs/container-log.ts";
import { findInstance, type Instance, LogError } from "../../io/logs/instance.ts";
import { readExits } from "../../io/pods/exit-records.ts";
import { podStateDir } from "../../model/paths.ts";
import { HttpError } from "../http/http-error.ts";
import { findPod } from "../info/find-pod.ts";
import { parseLogOptions } from "./log-options.ts";

/** The number of log requests at a time. Each may run a journalctl process, and holds a connection. */
const MAX_STREAMS = 200;

/** The endpoint GET /containerLogs/NAMESPACE/POD/CONTAINER. */
export class ContainerLogs {
  readonly #api: ApiClient;
  readonly #node: string;
  #streams = 0;

  constructor(api: ApiClient, node: string) {
    this.#api = api;
    this.#node = node;
  }

  /** Serves one request. Throws HttpError and ApiError before the response begins. */
  async serve([namespace, name, container]: readonly string[], query: URLSearchParams, response: ServerResponse) {
    if (!namespace || !name || !container) throw new HttpError(404, "404 page not found\n");
    const now = Date.now();
    const options = parseLogOptions(query, now);
    const pod = await findPod(this.#api, this.#node, namespace, name);
    if (pod === undefined) throw new HttpError(404, `pod ${JSON.stringify(name)} does not exist`);
    const exits = () => readExits(join(podStateDir(pod.metadata.uid), `${container}.exits`)).exits;
    const instance = instanceOf(() => findInstance(pod, container, options.previous, exits));
    if (this.#streams >= MAX_STREAMS) throw new HttpError(429, "too many logs are being read on this node");
    this.#streams += 1;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
      response.flushHeaders();
      await pipeline(Readable.from(containerLog(instance, options, now, gone.signal)), response);
      keepCompiledCode();
    } finally {
      this.#streams -= 1;
      gone.abort();
    }
  }
}

function instanceOf(find: () => Instance): Instance {
  try {
    return find();
  } catch (error) {
    throw error instanceof LogError ? new HttpError(error.status, error.message) : error;
  }
}
