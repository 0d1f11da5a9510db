import { constants } from "node:os";
import type { StartFailure } from "../../model/start-failure.ts";
import type { UnitName } from "../../model/unit.ts";
import { type Bus, BusError } from "./bus.ts";

const UNIT = "org.freedesktop.systemd1.Unit";
const SERVICE = "org.freedesktop.systemd1.Service";
/** CLD_EXITED of waitid(2). */
const EXITED = 1;

/** The states of a service whose last command has ended, ExecStopPost= included. */
const ENDED = /^(auto-restart|failed|dead)/;

/** A command in a property such as ExecStartPre: path, arguments, options, four times, PID, code and status. */
type CommandRow = readonly [string, string[], boolean, bigint, bigint, bigint, bigint, number, number, number];

/**
 * Returns the last failure of a service that has ended; undefined when it runs, when it has not failed, or when systemd has
 * unloaded it meanwhile. Throws BusError when systemd does not answer.
 */
export async function readStartFailure(bus: Bus, unit: UnitName): Promise<StartFailure | undefined> {
  try {
    return await readLoaded(bus, unit);
  } catch (error) {
    if (error instanceof BusError && error.type !== "") return undefined;
    throw error;
  }
}

async function readLoaded(bus: Bus, unit: UnitName): Promise<StartFailure | undefined> {
  const [path] = await bus.call({
    path: "/org/freedesktop/systemd1",
    interface: "org.freedesktop.systemd1.Manager",
    member: "GetUnit",
    signature: "s",
    body: [unit],
  });
  const property = async (of: string, name: string) => {
    const call = { path: String(path), interface: "org.freedesktop.DBus.Properties", member: "Get", signature: "ss" };
    const [reply] = await bus.call({ ...call, body: [of, name] });
    return (reply as { value: unknown }).value;
  };
  const id = async () => Buffer.from((await property(UNIT, "InvocationID")) as Uint8Array).toString("hex");
  const invocation = await id();
  const state = String(await property(UNIT, "SubState"));
  const result = String(await property(SERVICE, "Result"));
  if (result === "success" || !ENDED.test(state)) return undefined;
  const [code, status, before] = await Promise.all([
    property(SERVICE, "ExecMainCode"),
    property(SERVICE, "ExecMainStatus"),
    property(SERVICE, "ExecStartPre"),
  ]);
  // systemd may have started the unit again in between.
  if (invocation !== (await id())) return undefined;
  const ends: [number, number][] = [
    [Number(code), Number(status)],
    ...(before as CommandRow[]).map((row): [number, number] => [row[8], row[9]]),
  ];
  // Code 0: the command has not ended in this invocation.
  const failed = ends.find(([how, with_]) => how !== 0 && (how !== EXITED || with_ !== 0));
  return {
    unit,
    result,
    invocation,
    status: failed === undefined ? "" : statusText(...failed),
  };
}

function statusText(code: number, status: number): string {
  if (code === EXITED) return String(status);
  const name = Object.entries(constants.signals).find(([, number]) => number === status)?.[0];
  return name?.replace(/^SIG/, "") ?? String(status);
}
