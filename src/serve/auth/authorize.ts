import type { Access, UserInfo } from "../../io/kube/reviews.ts";
import { HttpError } from "../http/http-error.ts";
import type { AuthCache } from "./auth-cache.ts";
import { sha256 } from "./authenticate.ts";

/** As the kubelet: authorization.webhook.cacheAuthorizedTTL and cacheUnauthorizedTTL. */
const ALLOWED_LIFETIME_MS = 300_000;
const DENIED_LIFETIME_MS = 30_000;

/** Lets pass who may do any one of these; throws Refusal in the kubelet's words. */
export async function authorize(
  user: UserInfo,
  accesses: readonly Access[],
  memory: AuthCache,
  review: (user: UserInfo, access: Access) => Promise<boolean>,
): Promise<void> {
  for (const access of accesses) {
    const key = `access ${sha256(JSON.stringify([user, access]))}`;
    const ask = () => review(user, access);
    const isAllowed = await memory
      .recall(key, ask, (yes) => (yes ? ALLOWED_LIFETIME_MS : DENIED_LIFETIME_MS))
      .catch((error: Error) => cannotAsk(user, access, error));
    if (isAllowed) return;
  }
  const [first] = accesses;
  const subresources = accesses.map(({ subresource }) => subresource).join(" ");
  const who = `user=${user.name}, verb=${first?.verb}, resource=nodes, subresource(s)=[${subresources}]`;
  throw new HttpError(403, `Forbidden (${who})\n`);
}

function cannotAsk(user: UserInfo, { verb, subresource }: Access, cause: Error): never {
  const who = `user=${user.name}, verb=${verb}, resource=nodes, subresource=${subresource}`;
  throw new HttpError(503, `Authorization error (${who}): ${cause.message}`);
}
