import type { Machine } from "../../support/machine.ts";

/** The directory of manifests. */
export const MANIFESTS = "/etc/unitlet/manifests";

const NAME = { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };

/** Returns a Pod whose container runs a script of sh. $NAME is the name of the pod. */
export function hostPod(name: string, script: string, more: object = {}): object {
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "main", image: "host", command: ["sh", "-c", script], env: [NAME] }],
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec: { ...spec, ...more } };
}

/** The commands of a machine. */
export class Shell {
  readonly #machine: () => Machine;

  constructor(machine: () => Machine) {
    this.#machine = machine;
  }

  async output(command: string): Promise<string> {
    return (await this.#machine().exec(command)).stdout;
  }

  /** Waits until a command prints what matches all of these patterns. */
  async until(command: string, ...patterns: readonly RegExp[]): Promise<void> {
    const look = async () => {
      const { stdout, stderr } = await this.#machine().exec(command, { allowFailure: true });
      return [patterns.every((each) => each.test(stdout)), stdout + stderr] as const;
    };
    await this.#machine().until(look, { what: `${command}: ${patterns.join(", ")}` });
  }
}
