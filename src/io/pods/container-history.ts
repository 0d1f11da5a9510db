import { join } from "node:path";
import { PROBE_TYPES } from "../../model/api/probe.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import { modifiedAt, readOptional } from "../files.ts";
import { readExits } from "./exit-records.ts";
import { readProbeResult } from "./probe-files.ts";
import { isRestarted } from "./restart-all.ts";

/** Reads the history of a container. `names` are the files of the pod: only these are read. */
export function readHistory(
  uid: string,
  container: string,
  names: ReadonlySet<string>,
  restarted: ReadonlyMap<string, string> | undefined,
): ContainerHistory {
  const has = (suffix: string) => names.has(`${container}.${suffix}`);
  const volatile = (suffix: string) => join(podRunDir(uid), `${container}.${suffix}`);
  const invocation = has("started") ? readOptional(volatile("started"))?.trim() : undefined;
  const at = has("started") ? modifiedAt(volatile("started")) : undefined;
  const backOff = Number((has("backoff") ? readOptional(volatile("backoff")) : undefined) ?? Number.NaN);
  const recorded = has("exits")
    ? readExits(join(podStateDir(uid), `${container}.exits`), has("error") ? readOptional(volatile("error")) : "")
    : NO_HISTORY;
  const bootedAfter = has("exits") && has("booted") ? readOptional(volatile("booted"))?.trim() : undefined;
  return {
    ...NO_HISTORY,
    ...recorded,
    ...(bootedAfter ? { bootedAfter } : {}),
    ...(restarted && isRestarted(container, recorded.exits, restarted) ? { restarted: true } : {}),
    ...(invocation && at !== undefined ? { started: { at, invocation } } : {}),
    ...(has("held") ? { held: true } : {}),
    ...readWaiting(has("waiting") ? readOptional(volatile("waiting")) : undefined),
    ...(Number.isFinite(backOff) ? { backOffUntil: backOff * 1000 } : {}),
    finished: has("finished"),
    done: has("initialized"),
    ...(has("lost-root") ? { lostRoot: true } : {}),
    ...(has("sidecar-started") ? { up: true } : {}),
    ...readMessages(uid, container, has),
    ...readHooks(uid, container, has),
    ...readProbes(uid, container, has),
  };
}

/** Parses the file of container-start: the reason, a space and the message. */
function readWaiting(text: string | undefined): Pick<ContainerHistory, "waiting"> {
  const [, reason, message] = /^(\S+) (.*)/s.exec(text?.trim() ?? "") ?? [];
  return reason && message ? { waiting: { reason, message } } : {};
}

function readHooks(
  uid: string,
  container: string,
  has: (suffix: string) => boolean,
): Pick<ContainerHistory, "failedHooks"> {
  const read = (suffix: string) =>
    has(suffix) ? readOptional(join(podRunDir(uid), `${container}.${suffix}`))?.trim() : undefined;
  const [postStart, preStop] = [read("post-start"), read("pre-stop")];
  if (!postStart && !preStop) return {};
  return { failedHooks: { ...(postStart ? { postStart } : {}), ...(preStop ? { preStop } : {}) } };
}

/** Returns the termination messages by invocation ID, which is the first line of their files. */
function readMessages(
  uid: string,
  container: string,
  has: (suffix: string) => boolean,
): Pick<ContainerHistory, "messages"> {
  const texts = ["exit-message-previous", "exit-message"]
    .filter(has)
    .map((suffix) => readOptional(join(podStateDir(uid), `${container}.${suffix}`)) ?? "");
  const messages = texts.map((text): [string, string] => {
    const end = text.indexOf("\n");
    return [text.slice(0, end), text.slice(end + 1)];
  });
  return texts.length === 0 ? {} : { messages: new Map(messages) };
}

function readProbes(
  uid: string,
  container: string,
  has: (suffix: string) => boolean,
): Pick<ContainerHistory, "probes"> {
  const types = PROBE_TYPES.filter(has);
  const results = types.map((type) => [type, readProbeResult(uid, container, type)] as const);
  return types.length === 0 ? {} : { probes: Object.fromEntries(results.filter(([, result]) => result !== undefined)) };
}
