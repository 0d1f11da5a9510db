import type { Cluster } from "../../support/cluster.ts";
import { say } from "../progress.ts";
import { ControlPlaneProcess } from "./api-server.ts";
import type { SimulatedNodes } from "./simulated.ts";
import { listPath, targetOf } from "./targets.ts";
import type { Answers, Vegeta } from "./vegeta.ts";

/** What one list of a node's pods costs: CPU milliseconds of the API server. */
export interface OneList {
  readonly what: string;
  readonly pods: number;
  readonly cpu: number;
  readonly answers: Answers;
}

interface Variant {
  readonly what: string;
  readonly path: (node: string) => string;
  readonly perSecond: number;
  readonly fresh?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { what: "as the agent asks, on a connection of its own", path: listPath, perSecond: 50, fresh: true },
  { what: "… on an open connection", path: listPath, perSecond: 50 },
  { what: "… with resourceVersion=0", path: (node) => `${listPath(node)}&resourceVersion=0`, perSecond: 50 },
  {
    what: "without the index (fieldSelector=status.phase), resourceVersion=0",
    path: () => "/api/v1/pods?fieldSelector=status.phase%3DFailed&resourceVersion=0",
    perSecond: 5,
  },
];
const SECONDS = 8;

export async function measureLists(
  cluster: Cluster,
  vegeta: Vegeta,
  simulated: SimulatedNodes,
): Promise<readonly OneList[]> {
  const apiServer = new ControlPlaneProcess(cluster, "kube-apiserver");
  const { names } = simulated;
  const pods = await simulated.countPods();
  const lists: OneList[] = [];
  for (const { what, path, perSecond, fresh = false } of VARIANTS) {
    say(`lists with ${pods} pods: ${what}`);
    // A node may list its own pods only.
    const isOwn = path("a") !== path("b");
    const targets = Array.from({ length: perSecond * SECONDS }, (_, at) => {
      const node = names[at % names.length] ?? "";
      const target = targetOf(cluster.url, node, { method: "GET", path: path(node) });
      return isOwn ? target : { ...target, header: { Accept: ["application/json"] } };
    });
    const before = apiServer.cpu();
    const answers = await vegeta.attack({ targets, seconds: SECONDS, fresh });
    lists.push({ what, pods, cpu: (apiServer.cpu() - before) / answers.requests, answers });
  }
  return lists;
}
