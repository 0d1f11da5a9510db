import { parseArgs } from "node:util";
import { readConfig } from "../../io/config-files.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { ApiObject } from "../objects/api-object.ts";
import { type HostObjects, readHostObjects } from "../objects/host-objects.ts";
import { printError } from "../output.ts";
import { describeObject } from "./describe-object.ts";
import { describePod } from "./describe-pod.ts";
import { describeService } from "./describe-service.ts";
import { requireLocalKinds } from "./joined.ts";
import { readPodEvents } from "./pod-events.ts";
import { readPodUnits } from "./pod-units.ts";
import { findObjects, parseResources } from "./resources.ts";
import { isOwned } from "./target-pods.ts";
import { tellMissing } from "./tell-missing.ts";

const DESCRIBE_USAGE = `usage: unitlet describe KIND [NAME…] [OPTION…]
       unitlet describe KIND/NAME… [OPTION…]

Shows all that this host knows of an object. A pod has its containers with their units, states and exit codes, its conditions,
volumes, units and Events. The values of Secrets are not shown.

  -n, --namespace NAME    the namespace; without it default
  -A, --all-namespaces    the objects of all namespaces
  -l, --selector TEXT     only objects with these labels

examples:
  unitlet describe pod web
  unitlet describe deploy/web
  unitlet describe pods -l app=web

exit status 0: done; 1: an object was not found; 64: wrong usage
`;

const OPTIONS = {
  namespace: { type: "string", short: "n" },
  "all-namespaces": { type: "boolean", short: "A" },
  selector: { type: "string", short: "l" },
} as const;

/** `unitlet describe`: shows objects of this host in detail. */
export async function describe(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return DESCRIBE_USAGE;
  const { values, positionals } = parsed(args);
  const resources = parseResources(positionals);
  requireRoot(`describe ${args.join(" ")}`);
  const { config } = await readConfig();
  requireLocalKinds(config, resources, "describe");
  const { namespace = "default", selector } = values;
  const now = Date.now();
  const host = await readHostObjects(config, now);
  const all = values["all-namespaces"] === true;
  const found = findObjects(host, resources, { selector, namespace: all ? undefined : namespace });
  tellMissing(found.missing, host.problems);
  if (found.missing.length === 0 && found.objects.length === 0)
    printError(all ? "No resources found" : `No resources found in ${namespace} namespace.`);
  const texts = found.objects.map((each) => textOf(each, host, { config, now }));
  return texts.join("\n\n");
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(`unitlet describe: ${(error as Error).message}\n\n${DESCRIBE_USAGE}`, EX_USAGE);
  }
}

interface Moment {
  readonly config: Config;
  readonly now: Instant;
}

function textOf(object: ApiObject, { objects }: HostObjects, { config, now }: Moment): string {
  const pods = objects.filter((each) => isOwned(each, object));
  if (object.kind === "Service") {
    const all = objects.filter(({ kind }) => kind === "Pod") as unknown as readonly Pod[];
    return describeService(object, all, config.clusterDomain);
  }
  if (object.kind !== "Pod") return describeObject(object, pods, now);
  const pod = object as unknown as Pod;
  const events = config.cluster === undefined ? readPodEvents(pod) : undefined;
  return describePod(pod, { units: readPodUnits(pod.metadata.uid), events, now });
}
