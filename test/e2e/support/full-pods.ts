import type { V1PodSpec } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "./image-node.ts";
import { kubectl } from "./kubectl.ts";
import { type Container, pod, shell } from "./manifests.ts";

const MOUNTS = ["map", "secret", "names", "token", "scratch", "memory"];

const VOLUMES: V1PodSpec["volumes"] = [
  { name: "map", configMap: { name: "map" } },
  { name: "secret", secret: { secretName: "secret" } },
  { name: "names", downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } },
  { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
  { name: "scratch", emptyDir: {} },
  { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
];

const mounted = (image: string): Container => ({
  image,
  volumeMounts: MOUNTS.map((name) => ({ name, mountPath: `/run/${name}` })),
});

/** What a program sees and may do in its container while nothing of the pod is missing. */
const LOOK = `cd /run
cat map/a secret/a names/name; echo
test -s token/token && echo token
for place in scratch memory /tmp; do echo written >$place/file && cat $place/file; done
rm /run/scratch/file /run/memory/file /tmp/file`;

/** A node with two pods that use all kinds of files, one on the host's files and one on an image. */
export class FullPods {
  readonly node: Node;
  readonly names = ["host", "image"];

  private constructor(node: Node) {
    this.node = node;
  }

  static async start(name: string): Promise<FullPods> {
    const images = await ImageNode.start(name, { timerInterval: "1s", servingCertificate: true });
    const { node } = images;
    const named = (kind: string, rest: object) => ({ apiVersion: "v1", kind, ...rest });
    await node.apply(
      named("ConfigMap", { metadata: { name: "map" }, data: { a: "1" } }),
      named("Secret", { metadata: { name: "secret" }, stringData: { a: "2" } }),
    );
    const box = await images.pushBusybox();
    await node.run(FullPods.#pod(node, "host", "host"), FullPods.#pod(node, "image", box));
    const pods = new FullPods(node);
    for (const each of pods.names) await node.container(each, ({ ready }) => ready);
    return pods;
  }

  static #pod(node: Node, name: string, image: string): object {
    const init = shell("echo once >>/run/scratch/inits; touch /run/scratch/ready", mounted(image));
    const main = shell("while sleep 1; do date +%s; done", mounted(image));
    const readinessProbe = {
      exec: { command: ["test", "-e", "/run/scratch/ready"] },
      periodSeconds: 1,
      timeoutSeconds: 9,
    };
    const made = pod(
      node,
      name,
      { ...main, readinessProbe },
      {
        volumes: VOLUMES ?? [],
        initContainers: [{ name: "init", ...init }],
      },
    );
    const annotations = { "unitlet.dev/back-off": "1s 1s" };
    return { ...made, metadata: { name, annotations } };
  }

  /** Runs a shell script in the main container by kubectl exec. */
  async exec(name: string, script: string): Promise<string> {
    const { stdout, stderr, code } = await kubectl(this.node, ["exec", name, "--", "sh", "-c", script]);
    return code === 0 ? stdout.toString() : `${stdout}${stderr}`;
  }

  /** Waits until programs in the containers see and can do all, and their newest lines are in the journal. */
  async waitUntilWhole(what: string): Promise<void> {
    const { stdout: now } = await this.node.exec("date +%s");
    const expected = this.names.map((name) => `12${name}\ntoken\n${"written\n".repeat(3)}logs\n`).join("");
    const script = this.names.map((name) => {
      const unit = this.node.unit(name);
      const last = `journalctl --namespace=unitlet.${this.node.namespace} --quiet --output=cat --lines=1 --unit=${unit} _TRANSPORT=stdout`;
      return `/usr/local/lib/unitlet/container-enter ${unit} sh -c '${LOOK}' 2>&1; [ "$(${last})" -lt ${now.trim()} ] || echo logs`;
    });
    const poll = async () => {
      const { stdout } = await this.node.exec(script.join("\n"));
      return [stdout === expected, stdout];
    };
    await this.node.machine.until(poll, { what: `pods to be whole after the loss of ${what}`, every: 500 });
  }

  /** Waits until kubectl exec and kubectl logs show all. */
  async waitForClients(): Promise<void> {
    for (const name of this.names) {
      const poll = async () => {
        const seen = await this.exec(name, LOOK);
        return [seen.startsWith(`12${name}\ntoken\n`), seen];
      };
      await this.node.machine.until(poll, { what: `kubectl exec in ${name}`, every: 500 });
      const { stdout } = await this.node.exec("date +%s");
      const log = async () => {
        const last = (await kubectl(this.node, ["logs", name, "--tail=1"])).stdout;
        return [Number(last) >= Number(stdout), last];
      };
      await this.node.machine.until(log, { what: `new lines of ${name}`, every: 500 });
    }
  }

  /** Waits until readiness follows the probes: not ready, and ready again. */
  async waitForProbes(): Promise<void> {
    for (const [script, expected] of [
      ["rm -f /run/scratch/ready", false],
      ["touch /run/scratch/ready", true],
    ] as const) {
      for (const name of this.names) {
        const poll = async () => [(await this.exec(name, script)) === "", await this.exec(name, script)];
        await this.node.machine.until(poll, { what: `${script} in ${name}` });
      }
      for (const name of this.names) await this.node.container(name, ({ ready }) => ready === expected);
    }
  }

  invocations(): Promise<readonly string[]> {
    return Promise.all(this.names.map((name) => this.node.invocation(name)));
  }
}
