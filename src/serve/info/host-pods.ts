import { readPodDirectories } from "../../io/pods/pod-directories.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { readUnitText, unitFileNames } from "../../io/systemd/unit-places.ts";
import { containerID } from "../../model/api/container-id.ts";
import type { ContainerState, ContainerStatus, Pod, PodPhase } from "../../model/api/pod.ts";
import { toTimestamp } from "../../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { isContainer, type UnitOwner } from "../../model/unit.ts";
import { terminated } from "../../report/terminated.ts";
import { readIdentity } from "../../unitfile/identity.ts";

/** The facts that the host has about one container. */
export interface HostContainer {
  readonly identity: UnitOwner;
  readonly history: ContainerHistory;
  /** The invocation ID while the unit is active. */
  readonly invocation?: string;
}

/**
 * Returns the pods of this host from their units and records, without the API server: identity and state, but not their full
 * spec.
 */
export function readHostPods(): readonly Pod[] {
  const directories = readPodDirectories();
  const containers = unitFileNames().flatMap((name): HostContainer[] => {
    const text = readUnitText(name);
    const identity = text === undefined ? undefined : readIdentity(text);
    if (identity === undefined || !isContainer({ identity })) return [];
    const history = directories.get(identity.podUID)?.histories.get(identity.container) ?? NO_HISTORY;
    const invocation = runningInvocation(name);
    return [{ identity, history, ...(invocation === undefined ? {} : { invocation }) }];
  });
  return hostPods(containers, readPodSummaries() ?? []);
}

/** Returns the pods of these containers. The summaries add images and phases. */
export function hostPods(containers: readonly HostContainer[], summaries: readonly PodSummary[]): readonly Pod[] {
  const byPod = Map.groupBy(containers, ({ identity }) => identity.podUID);
  return [...byPod].map(([uid, own]) => {
    const [{ namespace, pod: name }] = own.map(({ identity }) => identity) as [UnitOwner];
    const summary = summaries.find((each) => each.uid === uid);
    const ofKind = (kind: UnitOwner["kind"]) => own.filter(({ identity }) => identity.kind === kind);
    const spec = (kind: UnitOwner["kind"]) =>
      ofKind(kind).map((each) => ({ name: each.identity.container, image: imageOf(each, summary) }));
    const statuses = (kind: UnitOwner["kind"]) => ofKind(kind).map((each) => statusOf(each, summary));
    const hasInit = ofKind("init").length > 0;
    return {
      metadata: { name, namespace, uid },
      spec: { ...(hasInit ? { initContainers: spec("init") } : {}), containers: spec("container") },
      status: {
        ...(summary === undefined ? {} : { phase: summary.phase as PodPhase }),
        ...(hasInit ? { initContainerStatuses: statuses("init") } : {}),
        containerStatuses: statuses("container"),
      },
    };
  });
}

function imageOf({ identity }: HostContainer, summary: PodSummary | undefined): string {
  return summary?.containers.find(({ name }) => name === identity.container)?.image ?? "";
}

function statusOf(each: HostContainer, summary: PodSummary | undefined): ContainerStatus {
  const { identity, history, invocation } = each;
  const image = imageOf(each, summary);
  const last = history.exits.at(-1);
  const ended = last === undefined ? {} : { terminated: terminated(last, { name: identity.container }) };
  const started = history.started?.invocation === invocation ? history.started : undefined;
  const isRunning = started !== undefined && history.exits.every((exit) => exit.invocation !== started.invocation);
  const isExpected = invocation !== undefined || history.backOffUntil !== undefined || last === undefined;
  const waiting: ContainerState = {
    waiting: { reason: history.backOffUntil === undefined ? "ContainerCreating" : "CrashLoopBackOff" },
  };
  const idle = isExpected ? waiting : ended;
  return {
    name: identity.container,
    state: isRunning ? { running: { startedAt: toTimestamp(started.at) } } : idle,
    lastState: isRunning || isExpected ? ended : {},
    ready: isRunning && identity.kind === "container",
    restartCount: Math.max(0, history.exits.length + history.forgottenExits - (isRunning || isExpected ? 0 : 1)),
    image,
    imageID: "",
    ...(isRunning ? { containerID: containerID(started.invocation), started: true } : {}),
  };
}
