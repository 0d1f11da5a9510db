import type { Systemd } from "./io/systemd.ts";
import type { ContainerPast } from "./model/exit-record.ts";
import { probesFile } from "./model/paths.ts";
import type { ContainerProbes, Probe, ProbeType } from "./model/probe.ts";
import type { World } from "./model/world.ts";
import { probeService, probeTimer } from "./unitfile/names.ts";

/**
 * A container that has just started need not wait for the next beat of its timer: the prober is asked to look at once.
 * And a timer that should be there and is not, since somebody stopped it or the container is older than it, is started.
 */
export async function keepProbes(world: World, systemd: Systemd): Promise<void> {
  const running = [...world.directories.values()].flatMap(({ files, pasts }) =>
    [...pasts].flatMap(([name, past]) => {
      const probes = past.started && parse(files.get(probesFile(name)));
      if (probes === undefined) return [];
      const { invocation } = world.units.get(probes.unit) ?? {};
      return invocation !== undefined && invocation === past.started?.invocation ? [{ probes, past }] : [];
    }),
  );
  if (running.length === 0) return;
  const timers = await systemd.list([probeTimer("*")]);
  for (const period of new Set(running.flatMap(({ probes }) => all(probes).map((probe) => probe.period)))) {
    if (timers.get(probeTimer(period))?.active !== "active") await systemd.set(probeTimer(period), true);
  }
  const due = running.flatMap(({ probes, past }) => unheard(probes, past, world.now));
  for (const period of new Set(due)) await systemd.set(probeService(period), true);
}

function parse(text: string | undefined): ContainerProbes | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as ContainerProbes);
}

function all({ probes }: ContainerProbes): readonly Probe[] {
  return Object.values(probes);
}

/** Periods of the probes that have said nothing of this start yet, and whose word others wait for. */
function unheard({ probes }: ContainerProbes, { started, probes: results }: ContainerPast, now: number): number[] {
  const result = (type: ProbeType) => {
    const found = results?.[type];
    return found?.invocation === started?.invocation ? found : undefined;
  };
  const isHeldBack = probes.startup !== undefined && !result("startup")?.success;
  const type = isHeldBack ? "startup" : "readiness";
  const probe = probes[type];
  if (probe === undefined || result(type) !== undefined) return [];
  return now - (started?.at ?? now) >= probe.initialDelay * 1000 ? [probe.period] : [];
}
