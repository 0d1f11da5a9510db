import type { HostUnit, UnitState } from "../../model/unit.ts";
import type { Bus } from "./bus.ts";

const SERVICE = "org.freedesktop.systemd1.Service";

type Row = readonly [string, string, string, string, string, string, string, number, string, string];

/**
 * Returns the services of these names, which systemd loads for that. The names are those of services, without
 * templates. Throws BusError.
 */
export async function readHostUnits(bus: Bus, names: readonly string[]): Promise<ReadonlyMap<string, HostUnit>> {
  if (names.length === 0) return new Map();
  const [rows] = await bus.call({
    ...{ path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager" },
    ...{ member: "ListUnitsByNames", signature: "as", body: [names] },
  });
  // The rows are in the order of the names.
  const units = (rows as Row[]).map(async (row, at) => [names[at] ?? row[0], await hostUnit(bus, row)] as const);
  return new Map(await Promise.all(units));
}

async function hostUnit(bus: Bus, [id, , load, active, sub, , path, , job]: Row): Promise<HostUnit> {
  const [type, slice] = await Promise.all(["Type", "Slice"].map((name) => bus.property(path, SERVICE, name)));
  return { id, state: { load, active, sub, job } as UnitState, type: String(type), slice: String(slice) };
}
