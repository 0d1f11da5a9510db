import type { ApiClient } from "./http.ts";

/** The user of a request, as in `status.user` of a TokenReview. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The access that a request needs: a verb of the API on nodes/SUBRESOURCE. */
export interface Access {
  readonly verb: string;
  readonly subresource: string;
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: Omit<Partial<UserInfo>, "name"> & { readonly username?: string };
  };
}

/** Returns the user of a token; undefined when the API server does not authenticate it. Throws ApiError. */
export async function reviewToken(api: ApiClient, token: string): Promise<UserInfo | undefined> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const path = "/apis/authentication.k8s.io/v1/tokenreviews";
  const { status } = await api.json<TokenReview>({ method: "POST", path, body });
  if (status?.authenticated !== true || !status.user?.username) return undefined;
  const { username, groups = [], uid, extra } = status.user;
  return { name: username, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

/** True when the authorizers of the cluster allow the user this access to the node. Throws ApiError. */
export async function reviewAccess(api: ApiClient, node: string, user: UserInfo, access: Access): Promise<boolean> {
  const { name, ...identity } = user;
  const resourceAttributes = { version: "v1", resource: "nodes", name: node, ...access };
  const body = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: { user: name, ...identity, resourceAttributes },
  };
  const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const { status } = await api.json<{ status?: { allowed?: boolean } }>({ method: "POST", path, body });
  return status?.allowed === true;
}
