import type { V1Pod } from "@kubernetes/client-node";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "./manifests.ts";

/** A node whose pods have networks of their own, on its bridge. `name` is the machine's. */
export class BridgeNode implements AsyncDisposable {
  readonly node: Node;

  private constructor(node: Node) {
    this.node = node;
  }

  static async join(name: string): Promise<BridgeNode> {
    return new BridgeNode(await Node.join(await Cluster.up(), name, { settings: { podNetwork: "bridge" } }));
  }

  /** Creates a pod, and returns it once it runs with an address. */
  async running(name: string): Promise<V1Pod> {
    await this.node.run(pod(this.node, name, SLEEP));
    return await this.whenReady(name);
  }

  /** Waits until a pod runs with an address, after so many restarts or more. */
  whenReady(name: string, restarts = 0): Promise<V1Pod> {
    return this.node.until(name, (each) => {
      const [main] = each?.status?.containerStatuses ?? [];
      return each?.status?.podIP && main?.ready && main.restartCount >= restarts && each;
    });
  }

  /** Returns the leases, and then the number of interfaces of the bridge. Each pod has one of both. */
  async held(): Promise<readonly string[]> {
    const { stdout } = await this.node.exec(
      "ls /var/lib/cni/networks/unitlet | grep '^[0-9]'; ip -o link show master unitlet0 | wc -l",
    );
    return stdout.trim().split("\n");
  }

  /** Waits until exactly these are held. The kernel removes an interface a moment after its namespace. */
  async untilHeld(...expected: readonly string[]): Promise<void> {
    const poll = async (): Promise<[boolean, readonly string[]]> => {
      const seen = await this.held();
      return [seen.join() === expected.join(), seen];
    };
    await this.node.machine.until(poll, { what: `the leases and the number of interfaces ${expected.join()}` });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.node[Symbol.asyncDispose]();
  }
}
