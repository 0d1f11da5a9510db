import { createPrivateKey, X509Certificate } from "node:crypto";
import type { KeyPairRequest } from "../../model/host/credentials.ts";
import type { ApiClient } from "../kube/http.ts";
import { certificateRequest, requestName } from "./certificate-request.ts";
import { forgetPending, pendingKey, writeKeyPair } from "./key-pair-files.ts";
import { getRequest, makeRequest, type SigningRequest } from "./signing-requests.ts";

export type Outcome =
  /** The new pair is in its place. */
  | { readonly state: "issued"; readonly certificate: X509Certificate }
  /** Nobody has approved it yet, or nobody has signed what was approved. */
  | { readonly state: "pending"; readonly request: SigningRequest; readonly isApproved: boolean }
  /** Denied, or failed: this key is given up, the next try has another. */
  | { readonly state: "refused"; readonly request: string; readonly because: string };

/**
 * One step towards a certificate: asks for it, or looks what has become of the request. Killed at any moment, the next
 * step goes on from what is on disk and at the API server. Throws ApiError.
 */
export async function requestCertificate(wish: KeyPairRequest, api: ApiClient): Promise<Outcome> {
  const key = pendingKey(wish);
  const name = requestName(wish.kind, key);
  const request =
    (await getRequest(api, name)) ??
    (await makeRequest(api, wish.kind, name, certificateRequest(key, wish.nodeName, wish.names)));
  const outcome = requestState(request, key);
  if (outcome.state === "pending") return outcome;
  if (outcome.state === "issued") writeKeyPair(wish.kind, key, outcome.text);
  forgetPending(wish.kind);
  return outcome;
}

type RequestState = Exclude<Outcome, { state: "issued" }> | (Outcome & { state: "issued"; readonly text: string });

function requestState(request: SigningRequest, key: string): RequestState {
  const { name } = request.metadata;
  const { conditions = [], certificate } = request.status ?? {};
  const refusal = conditions.find(({ type }) => type === "Denied" || type === "Failed");
  if (refusal !== undefined) {
    const words = [refusal.reason, refusal.message].filter(Boolean).join(": ");
    const verb = refusal.type === "Denied" ? "was denied" : "could not be signed";
    return { state: "refused", request: name, because: `${name} ${verb}${words ? `: ${words}` : ""}` };
  }
  if (!certificate) {
    return { state: "pending", request, isApproved: conditions.some(({ type }) => type === "Approved") };
  }
  const text = Buffer.from(certificate, "base64").toString();
  const read = parse(text);
  if (read?.checkPrivateKey(createPrivateKey(key))) return { state: "issued", certificate: read, text };
  return {
    state: "refused",
    request: name,
    because: `${name} has a certificate that is not for the key that was sent`,
  };
}

function parse(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}
