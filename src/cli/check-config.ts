import { readConfig } from "../io/config-files.ts";
import { contentOf } from "../io/kube/http.ts";
import { EX_CONFIG } from "../model/exit-status.ts";
import type { Config, FileOrData } from "../model/host/config.ts";
import { CliError } from "./failure.ts";

/** `unitlet check-config`: checks the configuration and the files that it names, and writes nothing. Throws ConfigError, CliError. */
export async function checkConfig(): Promise<string> {
  const { config } = await readConfig();
  const problems = named(config).flatMap(problemWith);
  if (problems.length > 0) throw new CliError(problems.join("\n"), EX_CONFIG);
  const source =
    config.cluster === undefined
      ? `standalone, manifests in ${config.manifests}`
      : `joined to ${config.cluster.server}`;
  return `The configuration is good: node ${config.nodeName}, ${source}.\n`;
}

function named({ cluster, endpoint }: Config): readonly FileOrData[] {
  const { certificate, key } = endpoint?.servingPair ?? {};
  const pair = [certificate, key].flatMap((file) => (file === undefined ? [] : [{ file }]));
  const sources = [cluster?.ca, cluster?.certificate, cluster?.key, cluster?.token, endpoint?.clientCA, ...pair];
  return sources.filter((source) => source !== undefined);
}

function problemWith(source: FileOrData): readonly string[] {
  try {
    return contentOf(source)?.trim() === "" ? [`${"file" in source ? source.file : "a credential"} is empty`] : [];
  } catch (error) {
    return [(error as Error).message];
  }
}
