import { createHash } from "node:crypto";
import type { Node } from "../../support/node.ts";

/** Pushes an artifact in the form of oras: an empty configuration, and a layer with a title for each file. Returns `image`. */
export async function pushArtifact(
  node: Node,
  image: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const layout = "/srv/layouts/artifact";
  const descriptor = async (content: string, mediaType: string) => {
    const digest = createHash("sha256").update(content).digest("hex");
    await node.machine.write(`${layout}/blobs/sha256/${digest}`, content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };
  const layers = await Promise.all(
    Object.entries(files).map(async ([title, content]) => {
      const annotations = { "org.opencontainers.image.title": title };
      return { ...(await descriptor(content, "text/plain")), annotations };
    }),
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const config = await descriptor("{}", "application/vnd.oci.empty.v1+json");
  const artifactType = "application/vnd.example";
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, artifactType, config, layers }, undefined, 2);
  const annotations = { "org.opencontainers.image.ref.name": "latest" };
  const manifests = [{ ...(await descriptor(manifest, mediaType)), annotations }];
  await node.machine.write(`${layout}/index.json`, JSON.stringify({ schemaVersion: 2, manifests }));
  await node.machine.write(`${layout}/oci-layout`, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await node.exec(`skopeo copy --quiet oci:${layout}:latest docker://${image}`);
  return image;
}
