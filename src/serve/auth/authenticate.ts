import { createHash } from "node:crypto";
import type { UserInfo } from "../../io/kube/reviews.ts";
import type { AuthCache } from "./auth-cache.ts";

/** The lifetime of valid and of invalid tokens (`defaults.go: SetDefaults_KubeletConfiguration`, Webhook.CacheTTL, v1.36). */
const TOKEN_LIFETIME_MS = 120_000;

/** The subject of a certificate as node:tls returns it. Several values of one attribute are a list. */
export type Subject = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Returns the user of a client certificate that the client CA has signed; undefined without exactly one common name. */
export function userOfCertificate({ CN, O }: Subject): UserInfo | undefined {
  // With two common names the user is ambiguous.
  if (typeof CN !== "string" || CN === "") return undefined;
  const organisations = O === undefined ? [] : [O].flat();
  return { name: CN, groups: [...organisations, "system:authenticated"] };
}

/** Returns the token of an Authorization header; undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +([^ ]+) *$/i.exec(header ?? "")?.[1];
}

/** Returns the user of a token; undefined when the token is invalid. Throws what `review` throws. */
export async function userOfToken(
  token: string,
  cache: AuthCache,
  review: (token: string) => Promise<UserInfo | undefined>,
): Promise<UserInfo | undefined> {
  // The cache must not contain the token itself.
  const key = `token ${sha256(token)}`;
  const user = await cache.get(
    key,
    async () => (await review(token)) ?? null,
    () => TOKEN_LIFETIME_MS,
  );
  return user ?? undefined;
}

/** Returns a SHA-256 digest in base64url. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
