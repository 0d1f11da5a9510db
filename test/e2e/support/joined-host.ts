import { createPublicKey, X509Certificate } from "node:crypto";
import { dirname } from "node:path";
import type { V1NodeCondition } from "@kubernetes/client-node";
import { Cluster } from "../../support/cluster.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { retry } from "../../support/retries.ts";
import { signCertificate } from "../../support/sign-certificate.ts";
import { authorityHash, joinWith, makeToken, requests } from "./joining.ts";

export const PKI = "/var/lib/unitlet/pki";
const CLIENT = `${PKI}/client-current.pem`;

/** A machine that has joined with a token. Its timer is stopped, so that only tests start runs. */
export class JoinedHost {
  readonly cluster: Cluster;
  readonly machine: Machine;

  private constructor(cluster: Cluster, machine: Machine) {
    this.cluster = cluster;
    this.machine = machine;
  }

  static async boot(name: string): Promise<JoinedHost> {
    const cluster = await Cluster.up();
    const host = new JoinedHost(cluster, await Machine.boot(name, { net: "private" }));
    // A control plane of an earlier run still has the node and the Events of that run.
    await cluster.kubectl(["delete", "node", name, "--ignore-not-found"]);
    await cluster.kubectl(["delete", "events", `--field-selector=involvedObject.name=${name}`]);
    const old = [
      ...(await host.requests("kubelet-serving")),
      ...(await host.requests("kube-apiserver-client-kubelet")),
    ];
    if (old.length > 0) await cluster.kubectl(["delete", "csr", ...old]);
    await install(host.machine, [
      "--set",
      "kubeletIdleTimeout=1s",
      "--set",
      "hostFiles=all",
      "--set",
      "hostAccounts=any",
    ]);
    await host.join();
    return host;
  }

  get user(): string {
    return `system:node:${this.machine.name}`;
  }

  /** Joins. The network is the host's, since the cluster has no other one. */
  async join(network: readonly string[] = ["--pod-network", "host"]): Promise<void> {
    const flags = [...network, "--ca-cert-hash", authorityHash(this.cluster)];
    const { code, stderr } = await joinWith(this.machine, this.cluster, await makeToken(this.cluster), flags);
    if (code !== 0) throw new Error(stderr);
    await this.machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
    // A start by the test would join a run that has begun before.
    const isOver = async () => (await this.say("systemctl show -P ActiveState unitlet-sync")) !== "activating\n";
    await this.machine.until(isOver, { what: "the end of the last run" });
  }

  /** Waits for a run that checks the certificates and renews the lease. */
  async sync(): Promise<void> {
    await this.machine.exec("rm -f /run/unitlet/credentials.json /run/unitlet/lease");
    const start = "systemctl start unitlet-sync || { journalctl -u unitlet-sync -n 20 >&2; sleep 2; exit 1; }";
    await retry(
      `a run of ${this.machine.name}`,
      () => this.machine.exec(start),
      () => true,
    );
  }

  /** Repeats runs until `probe` returns a true value. */
  async syncUntil(probe: () => Promise<unknown>, what: string): Promise<void> {
    const poll = async () => {
      await this.sync();
      return await probe();
    };
    await this.machine.until(poll, { what, every: 1000 });
  }

  async say(command: string): Promise<string> {
    return (await this.machine.exec(command, { allowFailure: true })).stdout;
  }

  journal(): Promise<string> {
    return this.say("journalctl --sync; journalctl -q -u unitlet-sync -o cat");
  }

  requests(signer: "kubelet-serving" | "kube-apiserver-client-kubelet"): Promise<string[]> {
    return requests(this.cluster, signer, this.user);
  }

  async approve(signer: "kubelet-serving" | "kube-apiserver-client-kubelet"): Promise<void> {
    await this.cluster.kubectl(["certificate", "approve", (await this.requests(signer)).at(-1) ?? ""]);
  }

  async certificate(path = CLIENT): Promise<X509Certificate> {
    return new X509Certificate(await this.machine.read(path));
  }

  /**
   * Replaces the client certificate by one of the cluster's CA for the same key. `from` and `to` are in minutes from now.
   * Returns the serial number.
   */
  async replaceClient(from: number, to: number): Promise<string> {
    const pair = await this.machine.read(CLIENT);
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n/.exec(pair)?.[0] ?? "";
    const at = (minutes: number) => Date.now() + minutes * 60_000;
    const authority = dirname(this.cluster.ca);
    const node = this.machine.name;
    const made = signCertificate({ authority, key: createPublicKey(key), node, from: at(from), to: at(to) });
    await this.machine.write(CLIENT, key + made, 0o600);
    return new X509Certificate(made).serialNumber;
  }

  async ready(): Promise<V1NodeCondition | undefined> {
    const node = await this.cluster.get("node", this.machine.name);
    return node?.status?.conditions?.find(({ type }) => type === "Ready");
  }

  /** Returns the messages of the node's Events with this reason. */
  events(reason: string): Promise<string> {
    const selector = `--field-selector=involvedObject.name=${this.machine.name},reason=${reason}`;
    return this.cluster.kubectl(["get", "events", selector, "-o", "jsonpath={.items[*].message}"]);
  }

  async doctor(): Promise<{ readonly stdout: string; readonly code: number }> {
    return await this.machine.exec("unitlet doctor", { allowFailure: true });
  }
}
