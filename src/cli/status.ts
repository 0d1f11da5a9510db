import { readAutoUpdateStates } from "../io/auto-update/states.ts";
import { loadConfig } from "../io/config-files.ts";
import { readCronJobStates } from "../io/pods/cron-job-store.ts";
import { readPodDirectories } from "../io/pods/pod-directories.ts";
import { readLastSummaries } from "../io/pods/pod-summary.ts";
import { readWorkloadStates } from "../io/pods/workload-store.ts";
import { openProblem } from "../io/problems.ts";
import { adoptedNames } from "../io/systemd/adopted-units.ts";
import { Systemd } from "../io/systemd/systemd.ts";
import { readUnits } from "../io/systemd/unit-files.ts";
import { lastUpdates } from "./auto-update/table.ts";
import { cronJobTable } from "./cron-job-table.ts";
import { statusTable } from "./status-table.ts";
import { workloadTable } from "./workload-table.ts";

/**
 * `unitlet status`: tables of the pods, workloads, CronJobs and updates of images of this host, from systemd, the exit records and the report of the last run. It sends
 * no request.
 */
export async function showStatus(): Promise<string> {
  const { config } = await loadConfig();
  const systemd = await Systemd.connect();
  const listing = await systemd.list(["unitlet.*.service", "unitlet-*.slice", ...adoptedNames()]);
  systemd.close();
  const units = [...readUnits(listing).values()].filter(({ identity }) => identity !== undefined);
  const known = { units, directories: readPodDirectories(), summaries: readLastSummaries(), now: Date.now() };
  const mode =
    config.cluster === undefined
      ? `standalone, manifests in ${config.manifests}`
      : `joined to ${config.cluster.server}`;
  const isStandalone = config.cluster === undefined;
  const workloads = isStandalone ? workloadTable(readWorkloadStates()) : "";
  const cronJobs = isStandalone ? cronJobTable(readCronJobStates(), known.now) : "";
  const updates = isStandalone ? lastUpdates(readAutoUpdateStates(), known.now) : "";
  const archives = openProblem("image-archives");
  const problems = archives === undefined ? "" : `\nimage archives: ${archives}\n`;
  return `Node ${config.nodeName}: ${mode}\n${statusTable(known)}${workloads}${cronJobs}${updates}${problems}`;
}
