import type { Config } from "../model/config.ts";
import type { Host } from "../model/host.ts";
import { environmentFile } from "../model/paths.ts";
import type { Container, Pod } from "../model/pod.ts";
import type { Problem } from "../model/problem.ts";
import type { DesiredFile } from "../model/step.ts";
import type { DesiredContainer, Rejected, Translation } from "../model/translation.ts";
import type { ContainerKind } from "../model/unit.ts";
import type { PodDirectory, References } from "../model/world.ts";
import { containerUnitName, namesProblem } from "../unitfile/names.ts";
import { UnquotableError } from "../unitfile/quote.ts";
import { containerCommand } from "./command.ts";
import { translateContainer } from "./container.ts";
import { containerPath } from "./container-path.ts";
import { containerEnvironment } from "./environment.ts";
import { hostPathProblem } from "./host-paths.ts";
import { imageProblem } from "./image.ts";
import { type PortConflict, remappedPort } from "./ports.ts";
import { qosClass } from "./resources.ts";
import { runAsNonRootProblem, userOf } from "./security.ts";
import { translateSlice } from "./slice.ts";
import { fieldProblems } from "./supported.ts";
import { translateVolumes } from "./volumes.ts";

export interface TranslateContext {
  readonly config: Config;
  readonly host: Host;
  readonly libDir: string;
  readonly directory?: PodDirectory | undefined;
  readonly references: References;
  readonly conflict?: PortConflict | undefined;
  readonly absentDirectories: ReadonlySet<string>;
}

/** A pod as units, files and volumes of this host; or why it cannot be. */
export function translatePod(pod: Pod, context: TranslateContext): Translation {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const names = namesProblem(
    pod.metadata,
    containers.map(({ name }) => name),
  );
  if (names !== undefined) return rejected(pod, "InvalidName", `${names}; the API server should not have let it pass`);
  if (context.conflict?.kind === "reject" && !isAdmitted(pod))
    return rejected(pod, "NodePorts", context.conflict.message);
  const problems = podProblems(pod, context);
  const refused = problems.filter(({ severity }) => severity === "reject");
  // Judged once, when it arrives: what runs is not ended by an upgrade or another setting.
  if (refused.length > 0 && !isAdmitted(pod))
    return rejected(pod, "UnsupportedField", refused.map(sentence).join("; "));

  const qos = qosClass(pod);
  const volumes = translateVolumes(pod, context.directory, context.references);
  const files: DesiredFile[] = [];
  const desired = containers.map((container, at) => {
    const kind: ContainerKind = at < (pod.spec.initContainers?.length ?? 0) ? "init" : "container";
    return desire(pod, container, kind, context, volumes.missing, files);
  });
  return {
    kind: "runnable",
    pod,
    qosClass: qos,
    slice: translateSlice(pod, qos),
    containers: desired,
    files,
    volumes: volumes.due,
    problems,
  };
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined && (status.phase === "Pending" || status.phase === "Running");
}

function rejected(pod: Pod, reason: string, message: string): Rejected {
  return { kind: "rejected", pod, reason, message, qosClass: qosClass(pod) };
}

function sentence({ path, because, remedy }: Problem): string {
  return `${path} ${because}: ${remedy}`;
}

function podProblems(pod: Pod, { config, conflict }: TranslateContext): Problem[] {
  const problems = fieldProblems(pod);
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const problem = runAsNonRootProblem(pod, container);
    if (problem !== undefined) problems.push(problem);
  }
  const remapped = remappedPort(pod);
  if (remapped !== undefined) {
    problems.push({
      severity: "reject",
      ...remapped,
      because: "differs from containerPort, and pods here are on the host's network",
      remedy: "use the same number for both",
    });
  }
  if (!pod.spec.hostNetwork) {
    const because = "is false, and pods here are on the host's network";
    problems.push({
      severity: config.podNetwork === "strict" ? "reject" : "ignore",
      path: "spec.hostNetwork",
      because,
      remedy: "set it to true to say that this is meant",
    });
  }
  if (conflict?.kind === "warn") {
    problems.push({
      severity: "ignore",
      path: conflict.path,
      because: conflict.because,
      remedy: "give one of them another port, or roll out with maxSurge: 0",
    });
  }
  return problems;
}

function desire(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  context: TranslateContext,
  missing: ReadonlyMap<string, string>,
  files: DesiredFile[],
): DesiredContainer {
  const { namespace, name } = pod.metadata;
  const path = containerPath(pod, container);
  const base = { name: container.name, kind, unitName: containerUnitName(namespace, name, container.name) };
  const image = imageProblem(container, context.config);
  if (image !== undefined) return { ...base, waiting: image };
  const volume = container.volumeMounts?.find((mount) => missing.has(mount.name))?.name;
  if (volume !== undefined) {
    return {
      ...base,
      waiting: {
        reason: "ContainerCreating",
        message: `MountVolume.SetUp failed for volume "${volume}" : ${missing.get(volume)}`,
      },
    };
  }
  const user = userOf(pod, container);
  const environment = containerEnvironment(container, path, context.host.hostname, user);
  if (!environment.ok)
    return { ...base, waiting: { reason: "CreateContainerConfigError", message: environment.message } };
  const directory = hostPathProblem(container, path, context.absentDirectories);
  if (directory !== undefined) return { ...base, waiting: { reason: "CreateContainerError", message: directory } };
  const command = containerCommand(container, path, environment.declared);
  if (!command.ok) return { ...base, waiting: { reason: "CreateContainerConfigError", message: command.message } };
  try {
    const order = orderOf(pod, container, kind);
    const unit = translateContainer({
      pod,
      container,
      kind,
      ...order,
      argv: command.argv,
      qos: qosClass(pod),
      host: context.host,
      libDir: context.libDir,
    });
    files.push({ name: environmentFile(container.name), text: environment.text, uid: user.uid ?? 0 });
    return { ...base, unit };
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    return {
      ...base,
      waiting: { reason: "CreateContainerConfigError", message: `${path} ${error.message}` },
    };
  }
}

function orderOf(pod: Pod, container: Container, kind: ContainerKind): { before: string[]; next: string[] } {
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  if (kind === "container") return { before: inits, next: [] };
  const at = inits.indexOf(container.name);
  const following = inits[at + 1];
  return {
    before: inits.slice(0, at),
    next: following === undefined ? pod.spec.containers.map(({ name }) => name) : [following],
  };
}
