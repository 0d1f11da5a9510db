import { namesOfKubelet } from "../../config/kubelet-names.ts";
import { parseYaml, YamlError } from "./yaml.ts";

/**
 * Returns clusterDNS and clusterDomain of a KubeletConfiguration as settings; none when it cannot be read, because a node
 * works without them.
 */
export function kubeletNames(text: string): ReturnType<typeof namesOfKubelet> {
  try {
    return namesOfKubelet(parseYaml(text)?.value);
  } catch (error) {
    if (error instanceof YamlError) return {};
    throw error;
  }
}
