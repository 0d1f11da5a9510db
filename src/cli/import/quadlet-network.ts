import type { ContainerPort, PodSpec } from "../../model/api/pod.ts";
import type { Directives } from "./directives.ts";
import { withoutEmpty } from "./manifest.ts";

type NetworkFields = Pick<PodSpec, "hostNetwork" | "dnsPolicy" | "dnsConfig">;

/** Reads Network= and the servers and domains of names. */
export function networkFields(quadlet: Directives): NetworkFields {
  const isHost = quadlet.last("Network") === "host";
  if (quadlet.has("Network") && !isHost)
    quadlet.note("Network", "the setting podNetwork decides the network of pods without hostNetwork");
  const nameservers = quadlet.words("DNS");
  const options = quadlet.words("DNSOption").map((word) => {
    const [name = "", value] = word.split(":");
    return value === undefined ? { name } : { name, value };
  });
  const dnsConfig = withoutEmpty({ nameservers, searches: quadlet.words("DNSSearch"), options });
  return {
    ...(isHost ? { hostNetwork: true } : {}),
    ...(nameservers.length > 0 ? { dnsPolicy: "None" } : {}),
    ...withoutEmpty({ dnsConfig }),
  };
}

/** Reads AddHost=. */
export function hostAliases(quadlet: Directives): PodSpec["hostAliases"] {
  return quadlet.words("AddHost").flatMap((word) => {
    const [, name = "", ip = ""] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (/^[0-9a-fA-F.:]+$/.test(ip)) return [{ ip, hostnames: name.split(";") }];
    quadlet.note("AddHost", "hostAliases have an address", word);
    return [];
  });
}

/** Reads PublishPort= and ExposeHostPort=. */
export function readPorts(quadlet: Directives): readonly ContainerPort[] {
  const exposed = quadlet.words("ExposeHostPort").map((word) => port(quadlet, "ExposeHostPort", word));
  const published = quadlet.words("PublishPort").map((word) => port(quadlet, "PublishPort", word));
  return [...published, ...exposed].flat();
}

/** Forms: PORT, HOSTPORT:PORT, IP:HOSTPORT:PORT, IP::PORT, each with /tcp or /udp after it. */
function port(quadlet: Directives, key: "PublishPort" | "ExposeHostPort", word: string): readonly ContainerPort[] {
  const match = /^(?:(\[[^\]]+\]|[\d.]+):(?=.*:)|(?=[\d:]))?(?:(\d*):)?(\d+)(?:\/(tcp|udp|sctp))?$/.exec(word);
  if (match === null) {
    quadlet.note(key, "a pod has single ports: write one for each in ports", word);
    return [];
  }
  const [, ip, host, inner, protocol] = match;
  if (key === "PublishPort" && !host) quadlet.note(key, "a pod has no random port of the host: set hostPort", word);
  return [
    {
      containerPort: Number(inner),
      ...(host ? { hostPort: Number(host) } : {}),
      ...(ip === undefined || !host ? {} : { hostIP: ip.replaceAll(/[[\]]/g, "") }),
      ...(protocol === undefined || protocol === "tcp" ? {} : { protocol: protocol.toUpperCase() }),
    },
  ];
}
