import type { KeyPairRequest } from "../../model/host/credentials.ts";
import { ApiError, ignoreNotFound } from "../kube/api-error.ts";
import type { ApiClient } from "../kube/http.ts";

const PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

const SIGNERS = {
  client: { signerName: "kubernetes.io/kube-apiserver-client-kubelet", usage: "client auth" },
  serving: { signerName: "kubernetes.io/kubelet-serving", usage: "server auth" },
} as const;

/** The fields of a CertificateSigningRequest that are read. */
export interface SigningRequest {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly status?: {
    /** The certificate as PEM in base64. */
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

/**
 * Returns a request; undefined when there is none. The controller manager deletes requests after 1 to 24 hours
 * (`cleaner/cleaner.go: handle`, v1.36). Throws ApiError.
 */
export function getRequest(api: ApiClient, name: string): Promise<SigningRequest | undefined> {
  return ignoreNotFound(api.json<SigningRequest>({ method: "GET", path: `${PATH}/${name}` }));
}

/** Creates a CertificateSigningRequest. `request` is PKCS #10 as PEM. Throws ApiError. */
export async function makeRequest(
  api: ApiClient,
  kind: KeyPairRequest["kind"],
  name: string,
  request: string,
): Promise<SigningRequest> {
  const { signerName, usage } = SIGNERS[kind];
  const body = {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request: Buffer.from(request).toString("base64"), signerName, usages: ["digital signature", usage] },
  };
  try {
    return await api.json<SigningRequest>({ method: "POST", path: PATH, body });
  } catch (error) {
    // The response to an earlier attempt was lost. The name follows from the key, so the request is ours.
    const made = error instanceof ApiError && error.status === 409 ? await getRequest(api, name) : undefined;
    if (made === undefined) throw error;
    return made;
  }
}
