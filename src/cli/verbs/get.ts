import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../../io/config-files.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { ApiObject } from "../objects/api-object.ts";
import { type HostObjects, readHostObjects } from "../objects/host-objects.ts";
import { GetView } from "./get-view.ts";
import { requireLocalKinds } from "./joined.ts";
import { type Found, findObjects, parseResources, type Resources } from "./resources.ts";
import { tellMissing } from "./tell-missing.ts";

export const GET_USAGE = `usage: unitlet get KIND[,KIND…] [NAME…] [OPTION…]
       unitlet get KIND/NAME… [OPTION…]

Shows objects of this host in the columns of kubectl. KIND is pods (po), services (svc), daemonsets (ds), deployments (deploy),
statefulsets (sts), cronjobs (cj), jobs, configmaps (cm), secrets, persistentvolumeclaims (pvc), or all. AGE is the time since
a pod was accepted, and since the file of another object was changed. On a node of a cluster it shows the pods of this node.

  -n, --namespace NAME    the namespace; without it default
  -A, --all-namespaces    the objects of all namespaces
  -l, --selector TEXT     only objects with these labels, such as app=web,tier!=front
  -o, --output FORMAT     wide, yaml, json or name
  -w, --watch             go on and show what changes
  --no-headers            without the headings of the columns
  --show-labels           with a column of labels

yaml and json show the values of Secrets, in base64, as kubectl does. Only root can read them.

examples:
  unitlet get pods
  unitlet get pods -A -o wide
  unitlet get deploy,sts -l app=web
  unitlet get pod/web -o yaml
  unitlet get pods -w

exit status 0: done; 1: an object was not found; 64: wrong usage
`;

const OPTIONS = {
  namespace: { type: "string", short: "n" },
  "all-namespaces": { type: "boolean", short: "A" },
  selector: { type: "string", short: "l" },
  output: { type: "string", short: "o" },
  watch: { type: "boolean", short: "w" },
  "no-headers": { type: "boolean" },
  "show-labels": { type: "boolean" },
} as const;

const FORMATS = ["wide", "yaml", "json", "name"];
const WATCH_INTERVAL_MS = 1000;

type Options = ReturnType<typeof options>["values"];

/** `unitlet get`: shows objects of this host. */
export async function get(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return GET_USAGE;
  const { values, positionals } = options(args);
  const resources = parseResources(positionals);
  requireRoot(`get ${args.join(" ")}`);
  const find = await finder(resources, values);
  const found = await find();
  const view = new GetView(resources, values);
  await view.show(found.objects);
  tellMissing(found.missing, found.problems);
  if (found.objects.length === 0 && resources.named === undefined && !values.watch) view.tellNothing();
  if (values.watch) await watch(view, find, found.objects);
  return "";
}

function options(args: readonly string[]) {
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { output } = parsed.values;
    if (output !== undefined && !FORMATS.includes(output))
      throw new Error(`-o ${output}: expected one of ${FORMATS.join(", ")}`);
    return parsed;
  } catch (error) {
    throw new CliError(`unitlet get: ${(error as Error).message}\n\n${GET_USAGE}`, EX_USAGE);
  }
}

type Find = () => Promise<Found & Pick<HostObjects, "problems">>;

async function finder(resources: Resources, values: Options): Promise<Find> {
  const { config } = await readConfig();
  const { namespace = "default", selector } = values;
  requireLocalKinds(config, resources, "get");
  const scope = { selector, namespace: values["all-namespaces"] ? undefined : namespace };
  return async () => {
    const host = await readHostObjects(config, Date.now());
    return { ...findObjects(host, resources, scope), problems: host.problems };
  };
}

/** Shows objects again when they have changed, until the process is ended. */
async function watch(view: GetView, find: () => Promise<Found>, first: readonly ApiObject[]): Promise<never> {
  const keyOf = ({ kind, metadata }: ApiObject) => `${kind}/${metadata.namespace}/${metadata.name}/${metadata.uid}`;
  const shown = new Map(first.map((each) => [keyOf(each), each]));
  for (;;) {
    await sleep(WATCH_INTERVAL_MS);
    const { objects } = await find();
    const now = new Map(objects.map((each) => [keyOf(each), each]));
    const gone = [...shown].flatMap(([key, each]) => (now.has(key) ? [] : [each]));
    const changed = objects.filter((each) => view.textOf(each) !== view.textOf(shown.get(keyOf(each))));
    for (const each of [...changed, ...gone]) await view.show([each]);
    shown.clear();
    for (const [key, each] of now) shown.set(key, each);
  }
}
