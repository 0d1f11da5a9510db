import type { Container, Pod } from "../../model/api/pod.ts";
import { restartCodes, restartPolicy } from "../../model/api/restart.ts";
import { SIGNALS } from "../../model/signal.ts";
import type { ContainerKind, UnitLines } from "../../model/unit.ts";

/** When systemd starts the container again. */
export function restartLines(pod: Pod, container: Container, kind: ContainerKind): UnitLines {
  const policy = restartPolicy(pod, container, kind);
  // A oneshot cannot have Restart=always.
  if (kind === "init") return [["Restart", policy === "Never" ? "no" : "on-failure"], ...forced(container)];
  const stays: UnitLines =
    policy === "OnFailure" && !restartCodes(container).includes(0) ? [["RestartPreventExitStatus", "0"]] : [];
  return [["Restart", policy === "Never" ? "no" : "always"], ...stays, ...forced(container)];
}

/** Kubernetes has a number for a death by a signal, systemd its name. */
function forced(container: Container): UnitLines {
  const words = restartCodes(container).flatMap((code) => {
    const signal = SIGNALS[code - 129];
    return signal === undefined ? [String(code)] : [String(code), `SIG${signal}`];
  });
  return words.length === 0 ? [] : [["RestartForceExitStatus", words.join(" ")]];
}

/** What container-exit must know of it, after the program's name. */
export function exitWords(container: Container): readonly string[] {
  // Of a container that fails and says nothing, its log speaks.
  const words = container.terminationMessagePolicy === "FallbackToLogsOnError" ? "log" : "";
  const codes = restartCodes(container).join(",");
  if (codes !== "") return [words, codes];
  return words === "" ? [] : [words];
}
