import type { KeyPairRequest } from "../../model/host/credentials.ts";
import { type ApiClient, ApiError, ignoreNotFound } from "../kube/http.ts";

const PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

const SIGNERS = {
  client: { signerName: "kubernetes.io/kube-apiserver-client-kubelet", usage: "client auth" },
  serving: { signerName: "kubernetes.io/kubelet-serving", usage: "server auth" },
} as const;

/** A CertificateSigningRequest as the API server writes it, with the fields that we look at. */
export interface SigningRequest {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly status?: {
    /** PEM in base64. */
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

/** Undefined when there is none: never made, or cleaned up, as the controller manager does after an hour or a day. */
export function getRequest(api: ApiClient, name: string): Promise<SigningRequest | undefined> {
  return ignoreNotFound(api.json<SigningRequest>({ method: "GET", path: `${PATH}/${name}` }));
}

/** `request` is PKCS #10 in PEM. Throws ApiError. */
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
    // An answer that was lost: its name is the key's, so it is ours.
    const made = error instanceof ApiError && error.status === 409 ? await getRequest(api, name) : undefined;
    if (made === undefined) throw error;
    return made;
  }
}
