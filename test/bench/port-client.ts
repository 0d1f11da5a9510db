import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, get, request } from "node:https";
import type { Duplex } from "node:stream";
import { asApiServer } from "../e2e/support/kubelet-client.ts";
import type { Node } from "../support/node.ts";

/** The API server's client certificate straight at the port, without kubectl and without the API server. */
export class PortClient {
  readonly #agent: Agent;
  readonly #namespace: string;

  constructor(node: Node) {
    const [cert, key] = asApiServer(node)
      .filter((word) => word.startsWith("/"))
      .map((path) => readFileSync(path));
    this.#agent = new Agent({ cert, key, rejectUnauthorized: false, host: node.machine.address, port: 10250 });
    this.#namespace = node.namespace;
  }

  /** Returns a log that has sent its first bytes. */
  async logs(pod: string, query: string): Promise<IncomingMessage> {
    const path = `/containerLogs/${this.#namespace}/${pod}/main?${query}`;
    const [answer] = (await once(get({ agent: this.#agent, path }), "response")) as [IncomingMessage];
    await once(
      answer.on("error", () => undefined),
      "data",
    );
    return answer;
  }

  /** Milliseconds until the first byte of a log, with the connection and its TLS handshake. */
  async firstByteOfLogs(pod: string): Promise<number> {
    const startedAt = performance.now();
    const answer = await this.logs(pod, "");
    const took = performance.now() - startedAt;
    answer.destroy();
    return took;
  }

  /** Milliseconds until the first byte that `echo x` in a container has written. */
  async firstByteOfExec(pod: string): Promise<number> {
    const startedAt = performance.now();
    const path = `/exec/${this.#namespace}/${pod}/main?output=1&command=echo&command=x`;
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
      "Sec-WebSocket-Protocol": "v5.channel.k8s.io",
    };
    const sent = request({ agent: this.#agent, path, headers }).end();
    const [, socket, head] = (await once(sent, "upgrade")) as [IncomingMessage, Duplex, Buffer];
    let bytes = head;
    while (!bytes.includes("\x01x\n")) bytes = Buffer.concat([bytes, ...((await once(socket, "data")) as Buffer[])]);
    const took = performance.now() - startedAt;
    socket.on("error", () => undefined).destroy();
    return took;
  }
}
