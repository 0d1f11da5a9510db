import { parseManifest } from "../../src/config/manifest.ts";
import type { Pod } from "../../src/model/api/pod.ts";

/** Returns the pod of a document. Throws for an object of another kind. */
export function parsedPod(document: unknown, nodeName: string): Pod {
  const object = parseManifest(document, nodeName);
  if (!("pod" in object)) throw new Error("the document is no pod");
  return object.pod;
}
