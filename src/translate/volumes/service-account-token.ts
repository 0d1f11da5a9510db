import type { Pod } from "../../model/api/pod.ts";
import type { TokenProjection } from "../../model/api/volume.ts";
import type { TokenReference } from "../../model/references.ts";

/**
 * The API server's default for `expirationSeconds` (`core/v1/defaults.go: SetDefaults_ServiceAccountTokenProjection`,
 * v1.36).
 */
const DEFAULT_EXPIRATION_S = 3600;

/** Returns the TokenRequest for a projected service account token, bound to the pod. */
export function tokenReference(
  { metadata, spec }: Pod,
  { audience, expirationSeconds }: TokenProjection,
): TokenReference {
  return {
    kind: "token",
    namespace: metadata.namespace,
    serviceAccount: spec.serviceAccountName ?? "default",
    ...(audience ? { audience } : {}),
    expirationSeconds: expirationSeconds ?? DEFAULT_EXPIRATION_S,
    podName: metadata.name,
    podUID: metadata.uid,
  };
}
