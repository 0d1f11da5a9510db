import type * as KeepPairs from "../pki/certificate-rotation.ts";

/** Making requests for certificates is rare: its code is loaded when one is due, or when the node is not let in. */
export async function loadKeepPairs(): Promise<typeof KeepPairs> {
  return await import("../pki/certificate-rotation.ts");
}
