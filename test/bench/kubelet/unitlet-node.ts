import { asApiServer, installServingCertificate } from "../../e2e/support/kubelet-client.ts";
import type { Cluster } from "../../support/cluster.ts";
import type { Machine } from "../../support/machine.ts";
import { Node } from "../../support/node.ts";
import { Account } from "../account.ts";
import type { Admin } from "../admin.ts";
import { Pods } from "../pods.ts";
import type { Side } from "./side.ts";

const SETTINGS = { maxPods: "600", watch: "yes", podNetwork: "bridge", kubeletIdleTimeout: "30s" };

/** A node of unitlet with the watch and pod networks, as one that takes the place of a kubelet has. */
export class UnitletNode implements Side {
  readonly account: Account;
  readonly pods: Pods;
  readonly wish = {};
  readonly #node: Node;

  private constructor(node: Node, account: Account, pods: Pods) {
    this.#node = node;
    this.account = account;
    this.pods = pods;
  }

  static async join(cluster: Cluster, admin: Admin): Promise<UnitletNode> {
    const node = await Node.join(cluster, "bench-beside", { settings: SETTINGS });
    await installServingCertificate(node);
    const pods = await Pods.create(admin, node.namespace, node.name);
    return new UnitletNode(node, await Account.open(node.machine), pods);
  }

  get machine(): Machine {
    return this.#node.machine;
  }

  get identity(): readonly string[] {
    return asApiServer(this.#node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pods[Symbol.dispose]();
    await this.#node[Symbol.asyncDispose]();
  }
}
