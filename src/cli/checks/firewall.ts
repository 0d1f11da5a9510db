import { type Finding, ok, warning } from "./finding.ts";

/** A firewall that is active on the host, and whether it admits the port of the kubelet API. */
export interface Firewall {
  readonly name: "firewalld" | "ufw";
  readonly admits: boolean;
}

type Output = (program: string, ...args: readonly string[]) => string;

const OPEN: Readonly<Record<Firewall["name"], (port: number) => string>> = {
  firewalld: (port) => `firewall-cmd --permanent --add-port=${port}/tcp && firewall-cmd --reload`,
  ufw: (port) => `ufw allow ${port}/tcp`,
};

/** Returns undefined where neither is active. Rules of nftables without a manager are not read. */
export function readFirewall(output: Output, port: number): Firewall | undefined {
  if (output("firewall-cmd", "--state").trim() === "running")
    return { name: "firewalld", admits: output("firewall-cmd", `--query-port=${port}/tcp`).trim() === "yes" };
  const rules = output("ufw", "status");
  if (!rules.startsWith("Status: active")) return undefined;
  return { name: "ufw", admits: new RegExp(`^${port}(/tcp)?\\s+ALLOW`, "m").test(rules) };
}

export function firewallFindings(found: Firewall | undefined, port: number): readonly Finding[] {
  if (found === undefined) return [];
  if (found.admits) return [ok("firewall", `${found.name} admits port ${port}`)];
  return [
    warning(
      "firewall",
      `${found.name} has no rule for port ${port}, which kubectl logs and exec need: ${OPEN[found.name](port)}. Ports of pods need rules of their own`,
    ),
  ];
}
