import { createPrivateKey, X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { contentOf } from "../../io/kube/http.ts";
import { hasPending, readKeyPair, validity } from "../../io/pki/key-pair-files.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Cluster, Config, FileOrData } from "../../model/host/config.ts";
import { error, type Finding, ok, warning } from "./finding.ts";

const DAY_MS = 24 * 3_600_000;

/** Checks the certificates that the node uses and those that it trusts. */
export function certificateFindings(config: Config, cluster: Cluster, now: Instant): readonly Finding[] {
  return [authority(cluster), client(cluster, now), ...keyMode(cluster), ...serving(config, now)];
}

function authority(cluster: Cluster): Finding {
  const what = "cluster's authority";
  if (cluster.insecureSkipTLSVerify)
    return warning(
      what,
      "insecure-skip-tls-verify: any server can impersonate the API server; give certificate-authority",
    );
  if (cluster.ca === undefined) return ok(what, "those that the host trusts");
  return readable(what, cluster.ca, (text) =>
    life(what, new X509Certificate(text), Date.now(), "put the new one into the kubeconfig"),
  );
}

function client(cluster: Cluster, now: Instant): Finding {
  const what = "client certificate";
  const { certificate, key, token } = cluster;
  if (certificate === undefined)
    return token === undefined
      ? error(what, "the kubeconfig has no credentials")
      : readable("token", token, () => ok("token", "the node has one"));
  return readable(what, certificate, (text) => {
    const read = new X509Certificate(text);
    if (!read.checkPrivateKey(createPrivateKey(contentOf(key) ?? "")))
      return error(what, "does not belong to the key beside it: unitlet join again, or put both into the kubeconfig");
    return life(what, read, now, "unitlet join again with a new token, or put another into the kubeconfig");
  });
}

function life(what: string, certificate: X509Certificate, now: Instant, remedy: string): Finding {
  const { from, to } = validity(certificate);
  if (now < from)
    return error(what, `is valid from ${toTimestamp(from)} on, and it is ${toTimestamp(now)}: set the clock`);
  if (now >= to) return error(what, `has ended at ${toTimestamp(to)}: ${remedy}`);
  const days = Math.floor((to - now) / DAY_MS);
  if (to - now < Math.min(7 * DAY_MS, (to - from) / 20)) return warning(what, `ends at ${toTimestamp(to)}: ${remedy}`);
  return ok(what, days > 1 ? `ends in ${days} days` : `ends at ${toTimestamp(to)}`);
}

function keyMode({ key, token }: Cluster): readonly Finding[] {
  return [key, token].flatMap((source) => {
    if (source === undefined || !("file" in source)) return [];
    const mode = modeOf(source.file);
    if (mode === undefined || (mode & 0o077) === 0) return [];
    return [warning(source.file, `others may read it (${mode.toString(8)}): chmod 600 ${source.file}`)];
  });
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode === undefined ? undefined : statSync(path).mode & 0o777;
}

function serving({ endpoint }: Config, now: Instant): readonly Finding[] {
  const what = "serving certificate";
  if (endpoint === undefined) return [];
  if (endpoint.servingPair !== undefined)
    return [
      readable(what, { file: endpoint.servingPair.certificate }, (text) =>
        life(what, new X509Certificate(text), now, "put a new one there"),
      ),
    ];
  if (endpoint.servingCertificate === "self-signed") return [ok(what, "self-signed, as configured")];
  const pair = readKeyPair("serving");
  if (pair !== undefined)
    return [life(what, pair, now, "kubectl get csr shows whether its renewal waits for approval")];
  const meanwhile =
    endpoint.servingCertificate === "csr" ? "the port is not served until then" : "it is self-signed until then";
  const state = hasPending("serving") ? "waits for approval" : "is not requested yet";
  return [warning(what, `${state}, and ${meanwhile}: kubectl get csr, kubectl certificate approve NAME`)];
}

/** Turns a file that cannot be read or parsed into a finding. */
function readable(what: string, source: FileOrData, check: (text: string) => Finding): Finding {
  try {
    return check(contentOf(source) ?? "");
  } catch (cause) {
    return error(what, `${(cause as Error).message}: see the kubeconfig`);
  }
}
