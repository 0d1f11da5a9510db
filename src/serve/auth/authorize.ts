import type { Access, User } from "../../io/kube/reviews.ts";
import { sha256 } from "./authenticate.ts";
import type { Memory } from "./auth-cache.ts";
import { Refusal } from "../http/http-error.ts";

/** As the kubelet: authorization.webhook.cacheAuthorizedTTL and cacheUnauthorizedTTL. */
const YES_LIFETIME = 300_000;
const NO_LIFETIME = 30_000;

/** Lets pass who may do any one of these; throws Refusal in the kubelet's words. */
export async function authorize(
  user: User,
  accesses: readonly Access[],
  memory: Memory,
  review: (user: User, access: Access) => Promise<boolean>,
): Promise<void> {
  for (const access of accesses) {
    const key = `access ${sha256(JSON.stringify([user, access]))}`;
    const ask = () => review(user, access);
    const isAllowed = await memory
      .recall(key, ask, (yes) => (yes ? YES_LIFETIME : NO_LIFETIME))
      .catch((error: Error) => cannotAsk(user, access, error));
    if (isAllowed) return;
  }
  const [first] = accesses;
  const subresources = accesses.map(({ subresource }) => subresource).join(" ");
  const who = `user=${user.name}, verb=${first?.verb}, resource=nodes, subresource(s)=[${subresources}]`;
  throw new Refusal(403, `Forbidden (${who})\n`);
}

function cannotAsk(user: User, { verb, subresource }: Access, cause: Error): never {
  const who = `user=${user.name}, verb=${verb}, resource=nodes, subresource=${subresource}`;
  throw new Refusal(503, `Authorization error (${who}): ${cause.message}`);
}
