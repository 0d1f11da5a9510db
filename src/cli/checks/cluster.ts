import { connect } from "node:net";
import { ApiError } from "../../io/kube/api-error.ts";
import { ApiClient } from "../../io/kube/http.ts";
import { Kube } from "../../io/kube/kube.ts";
import { explainRejection } from "../../io/pki/certificate-rotation.ts";
import type { Pod } from "../../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import type { Cluster, Config } from "../../model/host/config.ts";
import { CONFIG_MIRROR } from "../../model/static-pod.ts";
import { error, type Finding, ok, warning } from "./finding.ts";

/** `apis/config/v1beta1/defaults.go: NodeLeaseDurationSeconds`, v1.36. */
const LEASE_DURATION_MS = 40_000;

export interface ClusterFindings {
  readonly findings: readonly Finding[];
  /** UIDs of this node's pods; undefined when the API server did not list them. */
  readonly pods?: ReadonlySet<string>;
}

/** Checks the API server with the requests of a run. */
export async function clusterFindings(config: Config, cluster: Cluster, now: Instant): Promise<ClusterFindings> {
  const api = new ApiClient(cluster, config.apiServerTimeout, Number.POSITIVE_INFINITY);
  const kube = new Kube(api, config.nodeName);
  const findings: Finding[] = [];
  try {
    const ready = (await kube.getNode())?.status?.conditions?.find(({ type }) => type === "Ready");
    findings.push(ok("API server", `${cluster.server} accepts this node`), skew(api.clockSkew() ?? 0));
    if (ready === undefined)
      findings.push(error("Node", "does not exist. The next run creates it: journalctl -u unitlet-sync"));
    else findings.push(readiness(ready));
    findings.push(leaseAge((await kube.getLease())?.spec?.renewTime, now));
    const { items } = JSON.parse((await kube.listPods()).toString()) as { items: Pick<Pod, "metadata">[] | null };
    // The units of a static pod have the UID that its mirror pod names.
    const uids = ({ metadata: { uid, annotations } }: Pick<Pod, "metadata">) => [
      uid,
      annotations?.[CONFIG_MIRROR] ?? uid,
    ];
    return { findings, pods: new Set((items ?? []).flatMap(uids)) };
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return { findings: [...findings, refusal(cause, config, cluster, now)] };
  } finally {
    api.close();
  }
}

function readiness({ status, reason, message }: { status: string; reason?: string; message?: string }): Finding {
  return status === "True" ? ok("Node", "Ready") : error("Node", `is not Ready: ${reason}: ${message}`);
}

function refusal(cause: ApiError, { nodeName }: Config, cluster: Cluster, now: Instant): Finding {
  const code = (cause.cause as NodeJS.ErrnoException | undefined)?.code;
  const explanation = explainRejection(cluster, { status: cause.status, ...(code ? { code } : {}), now });
  if (explanation !== undefined) return error("API server", explanation);
  if (cause.status === 403)
    return error(
      "API server",
      `${cause.message}: the identity must be system:node:${nodeName} in group system:nodes, and the API server needs --authorization-mode=Node,RBAC`,
    );
  return error("API server", `${cause.message}: check that it runs, and that this host can reach it (firewall, proxy)`);
}

function skew(milliseconds: number): Finding {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 10) return ok("clocks", "this host and the API server agree");
  const message = `this host is ${seconds} s ${milliseconds > 0 ? "behind" : "ahead of"} the API server: timedatectl set-ntp yes`;
  return seconds < 300 ? warning("clocks", message) : error("clocks", message);
}

function leaseAge(renewTime: string | undefined, now: Instant): Finding {
  if (renewTime === undefined)
    return error("lease", "does not exist. The next run creates it: journalctl -u unitlet-sync");
  const age = now - fromTimestamp(renewTime);
  const message = `renewed ${Math.max(0, Math.round(age / 1000))} s ago`;
  return age < LEASE_DURATION_MS
    ? ok("lease", message)
    : error(
        "lease",
        `${message}, so the node is NotReady: systemctl status unitlet-sync.timer, journalctl -u unitlet-sync`,
      );
}

/** Checks that systemd listens at the kubelet's port. It cannot see what a firewall does with other hosts. */
export async function portFinding(port: number): Promise<Finding> {
  const what = `port ${port}`;
  const failure = await new Promise<Error | undefined>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 3000 }, () => resolve(undefined));
    socket.once("error", resolve).once("timeout", () => resolve(new Error("no answer")));
    socket.once("connect", () => socket.destroy());
  });
  if (failure === undefined) return ok(what, "systemd listens; the firewall must admit the API server");
  return error(what, `${failure.message}: systemctl status unitlet-api.socket`);
}
