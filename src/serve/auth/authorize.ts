import type { Access, UserInfo } from "../../io/kube/reviews.ts";
import { HttpError } from "../http/http-error.ts";
import type { AuthCache } from "./auth-cache.ts";
import { sha256 } from "./authenticate.ts";

/**
 * The lifetimes of results (`defaults.go: SetDefaults_KubeletConfiguration`, CacheAuthorizedTTL and CacheUnauthorizedTTL,
 * v1.36).
 */
const ALLOWED_LIFETIME_MS = 300_000;
const DENIED_LIFETIME_MS = 30_000;

/** Returns when the user may do one of these. Throws HttpError otherwise (`server/server.go: InstallAuthFilter`, v1.36). */
export async function authorize(
  user: UserInfo,
  accesses: readonly Access[],
  cache: AuthCache,
  review: (user: UserInfo, access: Access) => Promise<boolean>,
): Promise<void> {
  for (const access of accesses) {
    const key = `access ${sha256(JSON.stringify([user, access]))}`;
    const reviewAccess = () => review(user, access);
    const allowed = await cache
      .get(key, reviewAccess, (isAllowed) => (isAllowed ? ALLOWED_LIFETIME_MS : DENIED_LIFETIME_MS))
      .catch((error: Error) => reviewFailed(user, access, error));
    if (allowed) return;
  }
  const [first] = accesses;
  const subresources = accesses.map(({ subresource }) => subresource).join(" ");
  const attributes = `user=${user.name}, verb=${first?.verb}, resource=nodes, subresource(s)=[${subresources}]`;
  throw new HttpError(403, `Forbidden (${attributes})\n`);
}

function reviewFailed(user: UserInfo, { verb, subresource }: Access, cause: Error): never {
  const attributes = `user=${user.name}, verb=${verb}, resource=nodes, subresource=${subresource}`;
  throw new HttpError(503, `Authorization error (${attributes}): ${cause.message}`);
}
