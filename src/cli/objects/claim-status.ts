import { hasClaim } from "../../io/volumes/claims.ts";
import { at, type Tree } from "./api-object.ts";

/** Returns the status of a PersistentVolumeClaim, with the fields of the API. It is bound once it has a directory. */
export function claimStatus(namespace: string, name: string, claim: unknown): Tree {
  if (!hasClaim(namespace, name)) return { phase: "Pending" };
  return {
    phase: "Bound",
    accessModes: at(claim, "spec", "accessModes"),
    // The size is not limited.
    capacity: at(claim, "spec", "resources", "requests"),
  };
}
