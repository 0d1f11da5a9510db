import type * as Reconcile from "../../run/reconcile.ts";
import type * as Certificates from "../pki/certificate-rotation.ts";
import type * as Schema from "../schema/index.ts";

/** The stages of a run and the D-Bus client: loaded only when the fast path finds that something may have changed. */
export async function loadReconcile(): Promise<typeof Reconcile> {
  return await import("../../run/reconcile.ts");
}

let schema: Promise<typeof Schema> | undefined;

/** YAML, zod and the Kubernetes client: loaded only when a configuration file or a manifest has changed. */
export async function loadSchema(): Promise<typeof Schema> {
  // The loader would execute the bundle once more for each import.
  schema ??= import("../schema/index.ts");
  return await schema;
}

/** Certificate requests: loaded when a certificate is due, or when the API server rejects the node's credentials. */
export async function loadCertificates(): Promise<typeof Certificates> {
  return await import("../pki/certificate-rotation.ts");
}
