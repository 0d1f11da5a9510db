// biome-ignore-all lint/performance/noBarrelFile: the entry of a bundle of its own
// The entry of the schema bundle: the modules that need js-yaml or zod at run time.
export { parseSettings } from "../../config/settings.ts";
export { toConfig } from "../../config/to-config.ts";
export { clusterInfoAuthority } from "./cluster-info.ts";
export { formatYaml } from "./format-yaml.ts";
export { readKubeconfig } from "./kubeconfig.ts";
export { kubeletNames } from "./kubelet-names.ts";
export { parseManifests, readManifests } from "./manifest-files.ts";
export { sealManifest } from "./seal-manifest.ts";
export { readSettings } from "./settings-files.ts";
export { readStoredObjects } from "./stored-objects.ts";
