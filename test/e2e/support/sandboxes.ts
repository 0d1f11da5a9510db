import type { Node } from "../../support/node.ts";

/** Returns functions that read the namespaces of a pod's containers. */
export function sandboxesOf(node: Node) {
  const sandbox = (name: string) => `unitlet-sandbox.${node.namespace}.${name}.pod.service`;

  /** Returns what the host still has of a pod, without its entries in the journal. */
  const left = async (name: string, uid: string) => {
    const files = `/etc/systemd/system/*.${name}.* /*/unitlet/pods/${uid} /run/crun/*${uid}*`;
    const units = `systemctl list-units --all --no-legend --plain '*.${name}.*'`;
    return (await node.exec(`grep -c ${uid} /proc/self/mountinfo; ls -d ${files} 2>/dev/null; ${units}; true`)).stdout;
  };

  return {
    sandbox,
    left,
    uid: async (name: string) => (await node.get(name))?.metadata?.uid ?? "",

    inside: async (name: string, container: string, script: string) => {
      const enter = ["/usr/local/lib/unitlet/container-enter", node.unit(name, container), "sh", "-c", script];
      return (await node.exec(enter)).stdout;
    },

    running: async (name: string, ...containers: string[]) => {
      for (const container of containers) await node.container(name, ({ state }) => state?.running, container);
    },

    waitForRemoval: async (name: string, uid: string) => {
      const poll = async () => [(await left(name, uid)) === "0\n", await left(name, uid)];
      await node.machine.until(poll, { what: `nothing to be left of ${name}` });
    },
  };
}
