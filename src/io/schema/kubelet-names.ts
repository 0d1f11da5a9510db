import { type KubeletNames, namesOfKubelet } from "../../config/kubelet-names.ts";
import { parseYaml, YamlError } from "./yaml.ts";

/** Returns clusterDNS and clusterDomain of a KubeletConfiguration. In a text that is no YAML both have a problem. */
export function kubeletNames(text: string): KubeletNames {
  try {
    return namesOfKubelet(parseYaml(text)?.value);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const because = `line ${error.line} is no YAML: ${error.message}`;
    return { names: {}, problems: { clusterDNS: because, clusterDomain: because } };
  }
}
