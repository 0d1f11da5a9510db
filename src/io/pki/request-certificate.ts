import { createPrivateKey, X509Certificate } from "node:crypto";
import type { KeyPairRequest } from "../../model/host/credentials.ts";
import type { ApiClient } from "../kube/http.ts";
import { certificateRequest, requestName } from "./certificate-request.ts";
import { pendingKey, removePending, writeKeyPair } from "./key-pair-files.ts";
import { getRequest, makeRequest, type SigningRequest } from "./signing-requests.ts";

/** The state of a certificate request after one step. */
export type Outcome =
  /** The new key pair is stored. */
  | { readonly state: "issued"; readonly certificate: X509Certificate }
  /** The request is not approved yet, or it is approved but not signed. */
  | { readonly state: "pending"; readonly request: SigningRequest; readonly isApproved: boolean }
  /** The request was denied or failed. The next attempt has a new key. */
  | { readonly state: "refused"; readonly request: string; readonly because: string };

/**
 * Takes one step towards a certificate: creates the request, or reads its state. When a run is killed in between, the next
 * one continues from the stored key and the request at the API server. Throws ApiError.
 */
export async function requestCertificate(keyPair: KeyPairRequest, api: ApiClient): Promise<Outcome> {
  const key = pendingKey(keyPair);
  const name = requestName(keyPair.kind, key);
  const request =
    (await getRequest(api, name)) ??
    (await makeRequest(api, keyPair.kind, name, certificateRequest(key, keyPair.nodeName, keyPair.names)));
  const outcome = requestState(request, key);
  if (outcome.state === "pending") return outcome;
  if (outcome.state === "issued") writeKeyPair(keyPair.kind, key, outcome.text);
  removePending(keyPair.kind);
  return outcome;
}

type RequestState = Exclude<Outcome, { state: "issued" }> | (Outcome & { state: "issued"; readonly text: string });

function requestState(request: SigningRequest, key: string): RequestState {
  const { name } = request.metadata;
  const { conditions = [], certificate } = request.status ?? {};
  const rejection = conditions.find(({ type }) => type === "Denied" || type === "Failed");
  if (rejection !== undefined) {
    const detail = [rejection.reason, rejection.message].filter(Boolean).join(": ");
    const verb = rejection.type === "Denied" ? "was denied" : "could not be signed";
    return { state: "refused", request: name, because: `${name} ${verb}${detail ? `: ${detail}` : ""}` };
  }
  if (!certificate) {
    return { state: "pending", request, isApproved: conditions.some(({ type }) => type === "Approved") };
  }
  const text = Buffer.from(certificate, "base64").toString();
  const parsed = parse(text);
  if (parsed?.checkPrivateKey(createPrivateKey(key))) return { state: "issued", certificate: parsed, text };
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
