import { shortDisks } from "../model/host/pressure.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { unitDirectory } from "./units/unit-directory.ts";

/** How long the journal of a namespace stays after its last line, once the node has no pod of the namespace. */
const RETENTION_MS = 7 * 24 * 3_600_000;

/**
 * Returns the steps that limit the journals of the namespaces with pods, and remove those that are not needed any more. A
 * node that lacks disk space removes them at once, as the kubelet removes dead containers (`eviction/helpers.go:
 * buildSignalToNodeReclaimFuncs`, v1.36).
 */
export function journalSteps(world: World, translations: readonly Translation[]): Step[] {
  const { journals, config, host, now, pods, units } = world;
  if (journals === undefined) return [];
  const active = translations.filter(({ kind }) => kind === "runnable").map(({ pod }) => pod.metadata.namespace);
  const settings = journalSettings(config.namespaceLogMaxSize);
  const limits = [...new Set(active)].flatMap((namespace): Step[] => {
    const present = journals.get(namespace)?.settings;
    if (present === settings) return [];
    const because = present === undefined ? "the journal of the namespace has no limit" : "its limit has changed";
    return [{ kind: "write-journal-settings", uid: "", namespace, text: settings, ...unitDirectory(config), because }];
  });
  if (!pods.complete) return limits;
  const used = new Set([
    ...pods.items.map(({ metadata }) => metadata.namespace),
    ...[...units.values()].map(({ identity }) => identity?.namespace),
  ]);
  const isDiskShort = shortDisks(config, host, now).pods;
  const removals = [...journals].flatMap(([namespace, { writtenAt = 0 }]): Step[] => {
    if (used.has(namespace) || (!isDiskShort && now - writtenAt < RETENTION_MS)) return [];
    const because = isDiskShort ? "the disk is too full" : "the node has had no pod of the namespace for a week";
    return [{ kind: "remove-journal", uid: "", namespace, because }];
  });
  return [...limits, ...removals];
}

function journalSettings(bytes: number): string {
  return `# Written by unitlet: the setting namespaceLogMaxSize. The next run undoes a change.
[Journal]
SystemMaxUse=${bytes}
RuntimeMaxUse=${bytes}
ForwardToSyslog=no
ForwardToWall=no
`;
}
