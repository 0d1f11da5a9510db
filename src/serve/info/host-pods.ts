import { join } from "node:path";
import { list, readRegular } from "../../io/files.ts";
import { readPodDirectories } from "../../io/pods/pod-directories.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { UNIT_DIRECTORY } from "../../io/systemd/unit-files.ts";
import { containerID } from "../../model/api/container-id.ts";
import type { ContainerState, ContainerStatus, Pod, PodPhase } from "../../model/api/pod.ts";
import { toTimestamp } from "../../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { isContainer, type UnitOwner } from "../../model/unit.ts";
import { terminated } from "../../report/terminated.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { asUnitName } from "../../unitfile/names.ts";

/** One container by what the host has of it. */
export interface HostContainer {
  readonly identity: UnitOwner;
  readonly past: ContainerHistory;
  /** Of the run that its unit is in now. */
  readonly invocation?: string;
}

/** The pods of this host by their units and records, without asking anybody: who they are and how they fare, not what they asked for. */
export function readHostPods(): readonly Pod[] {
  const directories = readPodDirectories();
  const containers = list(UNIT_DIRECTORY).flatMap((name): HostContainer[] => {
    const text = asUnitName(name) && readRegular(join(UNIT_DIRECTORY, name));
    const identity = text === undefined ? undefined : readIdentity(text);
    if (identity === undefined || !isContainer({ identity })) return [];
    const past = directories.get(identity.podUID)?.histories.get(identity.container) ?? NO_HISTORY;
    const invocation = runningInvocation(name);
    return [{ identity, past, ...(invocation === undefined ? {} : { invocation }) }];
  });
  return hostPods(containers, readPodSummaries() ?? []);
}

export function hostPods(containers: readonly HostContainer[], notes: readonly PodSummary[]): readonly Pod[] {
  const byPod = Map.groupBy(containers, ({ identity }) => identity.podUID);
  return [...byPod].map(([uid, own]) => {
    const [{ namespace, pod: name }] = own.map(({ identity }) => identity) as [UnitOwner];
    const note = notes.find((each) => each.uid === uid);
    const ofKind = (kind: UnitOwner["kind"]) => own.filter(({ identity }) => identity.kind === kind);
    const spec = (kind: UnitOwner["kind"]) =>
      ofKind(kind).map((each) => ({ name: each.identity.container, image: imageOf(each, note) }));
    const statuses = (kind: UnitOwner["kind"]) => ofKind(kind).map((each) => statusOf(each, note));
    const hasInit = ofKind("init").length > 0;
    return {
      metadata: { name, namespace, uid },
      spec: { ...(hasInit ? { initContainers: spec("init") } : {}), containers: spec("container") },
      status: {
        ...(note === undefined ? {} : { phase: note.phase as PodPhase }),
        ...(hasInit ? { initContainerStatuses: statuses("init") } : {}),
        containerStatuses: statuses("container"),
      },
    };
  });
}

function imageOf({ identity }: HostContainer, note: PodSummary | undefined): string {
  return note?.containers.find(({ name }) => name === identity.container)?.image ?? "";
}

function statusOf(each: HostContainer, note: PodSummary | undefined): ContainerStatus {
  const { identity, past, invocation } = each;
  const image = imageOf(each, note);
  const last = past.exits.at(-1);
  const ended = last === undefined ? {} : { terminated: terminated(last, { name: identity.container }) };
  const started = past.started?.invocation === invocation ? past.started : undefined;
  const isOn = started !== undefined && past.exits.every((exit) => exit.invocation !== started.invocation);
  const isNext = invocation !== undefined || past.backOffUntil !== undefined || last === undefined;
  const waiting: ContainerState = {
    waiting: { reason: past.backOffUntil === undefined ? "ContainerCreating" : "CrashLoopBackOff" },
  };
  const idle = isNext ? waiting : ended;
  return {
    name: identity.container,
    state: isOn ? { running: { startedAt: toTimestamp(started.at) } } : idle,
    lastState: isOn || isNext ? ended : {},
    ready: isOn && identity.kind === "container",
    restartCount: Math.max(0, past.exits.length + past.forgottenExits - (isOn || isNext ? 0 : 1)),
    image,
    imageID: "",
    ...(isOn ? { containerID: containerID(started.invocation), started: true } : {}),
  };
}
