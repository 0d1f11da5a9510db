import type { V1Pod } from "@kubernetes/client-node";
import { KINDS, type Kind } from "../e2e/support/every-kind.ts";
import { shell } from "../e2e/support/manifests.ts";

/** Short, so that a container that lost a helper is soon back. */
const BACK_OFF = { "unitlet.dev/back-off": "1s 2s" };

function imageKinds(image: string): Readonly<Record<string, Kind>> {
  const says = (text: string, name: string) => ({ ...shell(text, { image }), name });
  const main = says("echo main; exec sleep 100000", "main");
  const inits = [says("echo one", "first"), says("echo two", "second")];
  const sidecar = { ...says("echo beside; exec sleep 100000", "beside"), restartPolicy: "Always" };
  const emptyDir = { volumes: [{ name: "v", emptyDir: {} }] };
  return {
    "image-plain": { state: "Running", container: main },
    "image-init": { state: "Running", container: main, spec: { initContainers: inits } },
    "image-sidecar": { state: "Running", container: main, spec: { initContainers: [inits[0], sidecar] } },
    "image-input": { state: "Running", container: { ...main, stdin: true } },
    "image-terminal": { state: "Running", container: { ...main, stdin: true, tty: true } },
    "image-volume": {
      state: "Running",
      container: { ...main, volumeMounts: [{ name: "v", mountPath: "/v", subPath: "a" }] },
      spec: emptyDir,
    },
    "image-shared": { state: "Running", container: main, spec: { shareProcessNamespace: true } },
    "image-stuck": {
      state: "Pending",
      container: main,
      spec: { initContainers: [says("exit 1", "first")] },
      annotations: { "unitlet.dev/back-off": "3600s 3600s" },
    },
    "image-done": { state: "Succeeded", container: says("echo done", "main"), spec: { restartPolicy: "Never" } },
  };
}

/** Returns the kinds of pods by name: those of every-kind.ts on the host's files, and those on an image. */
export function allKinds(image: string): Readonly<Record<string, Kind>> {
  const kinds = Object.entries({ ...KINDS, ...imageKinds(image) });
  return Object.fromEntries(
    kinds.map(([name, kind]) => [name, { ...kind, annotations: { ...BACK_OFF, ...kind.annotations } }]),
  );
}

/**
 * True when a pod is in the state that its kind keeps. `lenient`: after kills of its helpers a container may have ended
 * otherwise, so that another end is right as well.
 */
export function isSettled(pod: V1Pod | undefined, kind: Kind, lenient: boolean): boolean {
  const { phase = "", containerStatuses = [] } = pod?.status ?? {};
  const hasEnded = ["Succeeded", "Failed"].includes(phase);
  if (hasEnded && lenient && ["Succeeded", "Failed"].includes(kind.state)) return true;
  if (phase !== kind.state) return false;
  return phase !== "Running" || isNeverReady(kind) || containerStatuses.every(({ ready, started }) => ready && started);
}

/** The pods "crashing" and "unready" of every-kind.ts run without being ready. */
function isNeverReady({ container }: Kind): boolean {
  return [KINDS.crashing?.container, KINDS.unready?.container].includes(container);
}
