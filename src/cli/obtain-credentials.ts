import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../io/kube/api-error.ts";
import { ApiClient } from "../io/kube/http.ts";
import { type Outcome, requestCertificate } from "../io/pki/request-certificate.ts";
import type { Cluster } from "../model/host/config.ts";
import { CliError } from "./failure.ts";
import type { Progress } from "./progress.ts";

const POLL_INTERVAL_MS = 1000;
const API_BUDGET_MS = 10_000;

/**
 * Requests a client certificate and waits `timeout` ms for it. Throws CliError; the same command then continues with
 * that request.
 */
export async function obtainCredentials(
  cluster: Cluster,
  nodeName: string,
  timeout: number,
  progress: Progress,
): Promise<void> {
  const api = new ApiClient(cluster, API_BUDGET_MS, Number.POSITIVE_INFINITY);
  const end = Date.now() + timeout;
  let announced = "";
  progress.state("certificate", `Requesting a certificate for ${nodeName}`);
  try {
    for (;;) {
      const outcome = await step(api, nodeName);
      if (outcome.state === "issued")
        return progress.done("certificate", `The cluster has signed a certificate for ${nodeName}.`);
      if (outcome.state === "refused") throw new CliError(`${outcome.because}\nJoining again makes another request.`);
      const [phase, state] = describePending(outcome);
      const request = outcome.request.metadata.name;
      if (state !== announced) progress.done(phase, state, { request });
      announced = state;
      const seconds = Math.ceil(Math.max(0, end - Date.now()) / 1000);
      progress.state(phase, `${state} ${seconds} s are left.`, { request, left: seconds });
      if (Date.now() > end) throw new CliError(missing(outcome, timeout));
      await sleep(POLL_INTERVAL_MS);
    }
  } finally {
    api.close();
  }
}

type PendingOutcome = Outcome & { state: "pending" };

/** Returns the phase, and what the request waits for. */
function describePending({ request, isApproved }: PendingOutcome): readonly [string, string] {
  const { name } = request.metadata;
  return isApproved
    ? ["signature", `Request ${name} is approved; waiting for it to be signed.`]
    : ["approval", `Request ${name}: waiting for approval.`];
}

function missing({ request, isApproved }: PendingOutcome, timeout: number): string {
  const { name } = request.metadata;
  const why = isApproved
    ? "was approved, but not signed: check that the kube-controller-manager runs csrsigning, with --cluster-signing-cert-file"
    : `was not approved. An administrator approves it: kubectl certificate approve ${name}. The csrapproving controller approves it when the group of the token is bound to the ClusterRole system:certificates.k8s.io:certificatesigningrequests:nodeclient`;
  return `No certificate within ${timeout / 1000} s: request ${name} ${why}.\nThen run the same command again: it continues with this request.`;
}

async function step(api: ApiClient, nodeName: string): Promise<Outcome> {
  try {
    return await requestCertificate({ kind: "client", nodeName, names: [] }, api);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, message } = error;
    if (status === 401)
      throw new CliError(
        `the cluster does not accept the token (it may have expired): make a new one with kubeadm token create\n${message}`,
      );
    if (status === 403)
      throw new CliError(
        `the token may not ask for certificates: its group (system:bootstrappers:kubeadm:default-node-token) needs the ClusterRole system:node-bootstrapper\n${message}`,
      );
    throw new CliError(`${message}\nRun the same command again: it continues from here.`);
  }
}
