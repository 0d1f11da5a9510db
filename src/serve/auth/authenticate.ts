import { createHash } from "node:crypto";
import type { UserInfo } from "../../io/kube/reviews.ts";
import type { AuthCache } from "./auth-cache.ts";

/** As the kubelet: --authentication-token-webhook-cache-ttl, for a yes and for a no. */
const TOKEN_LIFETIME_MS = 120_000;

/** A name of a certificate's subject as node:tls gives it: several of one kind are a list. */
export type Subject = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who a client certificate says it is, which an authority that we trust has signed. */
export function userOfCertificate({ CN, O }: Subject): UserInfo | undefined {
  // With two names in it nobody can say which one the authority meant.
  if (typeof CN !== "string" || CN === "") return undefined;
  const organisations = O === undefined ? [] : [O].flat();
  return { name: CN, groups: [...organisations, "system:authenticated"] };
}

/** The token of an Authorization header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +([^ ]+) *$/i.exec(header ?? "")?.[1];
}

/** Who a token belongs to; undefined: nobody. Throws what `review` throws. */
export async function userOfToken(
  token: string,
  memory: AuthCache,
  review: (token: string) => Promise<UserInfo | undefined>,
): Promise<UserInfo | undefined> {
  // The token itself is not to be found in what is remembered.
  const key = `token ${sha256(token)}`;
  const user = await memory.recall(
    key,
    async () => (await review(token)) ?? null,
    () => TOKEN_LIFETIME_MS,
  );
  return user ?? undefined;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
