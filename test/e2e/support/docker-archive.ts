import { digestOf } from "../../support/registry.ts";
import { type TarEntry, tar } from "../../support/tar.ts";
import { SLEEP_CONFIG } from "./image-node.ts";

/** An archive such as `docker save` writes, with these images on the layer `base`; `words` tell their configurations apart. */
export function dockerArchive(
  base: Buffer,
  ...images: readonly { readonly tags: readonly string[]; readonly words?: string }[]
): Buffer {
  const layer: TarEntry = { path: "layer.tar", content: base };
  const rootfs = { type: "layers", diff_ids: [digestOf(base)] };
  const described = images.map(({ tags, words = "" }, at) => ({
    entry: {
      path: `${at}.json`,
      content: JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { ...SLEEP_CONFIG, Labels: { words } },
        rootfs,
      }),
    },
    manifest: { Config: `${at}.json`, RepoTags: tags, Layers: ["layer.tar"] },
  }));
  const list = { path: "manifest.json", content: JSON.stringify(described.map(({ manifest }) => manifest)) };
  return tar([layer, ...described.map(({ entry }) => entry), list]);
}
