import type { Container, Pod } from "../../model/api/pod.ts";
import { restartAllCodes, restartCodes, restartPolicy } from "../../model/api/restart.ts";
import { SIGNALS } from "../../model/signal.ts";
import type { ContainerKind, UnitLines } from "../../model/unit.ts";

/** Returns the lines that say when systemd restarts the container. */
export function restartLines(pod: Pod, container: Container, kind: ContainerKind): UnitLines {
  const policy = restartPolicy(pod, container, kind);
  const rules = [...prevented(container), ...forced(container)];
  // A oneshot cannot have Restart=always.
  if (kind === "init") return [["Restart", policy === "Never" ? "no" : "on-failure"], ...rules];
  const stays: UnitLines =
    policy === "OnFailure" && !restartCodes(container).includes(0) ? [["RestartPreventExitStatus", "0"]] : [];
  return [["Restart", policy === "Never" ? "no" : "always"], ...stays, ...rules];
}

function forced(container: Container): UnitLines {
  return statusLine("RestartForceExitStatus", restartCodes(container));
}

/** A run starts the container again, together with all others of the pod. */
function prevented(container: Container): UnitLines {
  return statusLine("RestartPreventExitStatus", restartAllCodes(container));
}

/** Kubernetes has a number for an exit by a signal, systemd a name. */
function statusLine(key: string, codes: readonly number[]): UnitLines {
  const words = codes.flatMap((code) => {
    const signal = SIGNALS[code - 129];
    return signal === undefined ? [String(code)] : [String(code), `SIG${signal}`];
  });
  return words.length === 0 ? [] : [[key, words.join(" ")]];
}

/** Returns the last arguments of container-exit. */
export function exitWords(container: Container): readonly string[] {
  // The last lines of the log replace a missing termination message of a failed container.
  const words = container.terminationMessagePolicy === "FallbackToLogsOnError" ? "log" : "";
  const codes = restartCodes(container).join(",");
  const all = restartAllCodes(container).join(",");
  if (all !== "") return [words, codes, all];
  if (codes !== "") return [words, codes];
  return words === "" ? [] : [words];
}
