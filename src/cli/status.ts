import { loadConfig } from "../io/config-files.ts";
import { readPodDirectories } from "../io/pods/pod-directories.ts";
import { Systemd } from "../io/systemd/systemd.ts";
import { readUnits } from "../io/systemd/unit-files.ts";
import type { Instant } from "../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import { type ActualUnit, isContainer } from "../model/unit.ts";
import { formatTable } from "./columns.ts";

const HEADER = ["NAMESPACE", "POD", "CONTAINER", "STATE", "RESTARTS", "AGE"];

/** `unitlet status`: a table of the containers on this host, from systemd and the exit records. It sends no request. */
export async function showStatus(): Promise<string> {
  const { config } = await loadConfig();
  const systemd = await Systemd.connect();
  const listing = await systemd.list(["unitlet.*.service", "unitlet-*.slice"]);
  systemd.close();
  const directories = readPodDirectories();
  const now = Date.now();
  const rows = [...readUnits(listing).values()].flatMap((unit) => {
    const { identity } = unit;
    if (identity === undefined || !isContainer(unit)) return [];
    const history = directories.get(identity.podUID)?.histories.get(identity.container) ?? NO_HISTORY;
    return [
      [
        identity.namespace,
        identity.pod,
        identity.container,
        stateOf(unit, history, now),
        String(restarts(unit, history)),
        age(history.started?.at, now),
      ],
    ];
  });
  const mode =
    config.cluster === undefined
      ? `standalone, manifests in ${config.manifests}`
      : `joined to ${config.cluster.server}`;
  return `Node ${config.nodeName}: ${mode}\n${rows.length === 0 ? "No pods.\n" : formatTable([HEADER, ...rows])}`;
}

function stateOf(unit: ActualUnit, history: ContainerHistory, now: Instant): string {
  const { active, sub } = unit.state ?? { active: "inactive", sub: "dead" };
  if (sub === "start-pre")
    return history.backOffUntil
      ? `back-off (${Math.max(0, Math.ceil((history.backOffUntil - now) / 1000))}s)`
      : "starting";
  if (active === "active" || (active === "activating" && sub === "start")) return "running";
  if (active !== "inactive") return sub;
  const last = history.exits.at(-1);
  if (last === undefined) return history.done ? "done" : "waiting";
  return last.code === "exited" ? `exited ${last.status}` : `${last.code || last.result} ${last.status}`.trim();
}

function restarts(unit: ActualUnit, history: ContainerHistory): number {
  const exits = history.exits.length + history.forgottenExits;
  return unit.state?.active === "active" ? exits : Math.max(0, exits - 1);
}

function age(since: Instant | undefined, now: Instant): string {
  if (since === undefined) return "-";
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
