import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const SOCKET = "/run/dbus/system_bus_socket";

/** A call to the daemon itself. */
export const DAEMON = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;

const CONFIG = `<busconfig>
  <type>session</type>
  <listen>unix:path=${SOCKET}</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
  <limit name="max_replies_per_connection">128</limit>
</busconfig>
`;

/** Starts a bus at the system bus's address that everyone may use and that starts no services: for `onEmptyHost` alone. */
export async function startDaemon(): Promise<ChildProcess> {
  mkdirSync("/run/dbus", { recursive: true, mode: 0o755 });
  writeFileSync("/run/dbus/test.conf", CONFIG);
  const daemon = spawn("dbus-daemon", ["--config-file=/run/dbus/test.conf", "--nofork", "--nopidfile"]);
  while (!existsSync(SOCKET)) await sleep(10);
  return daemon;
}

/** The fields of the error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<object> {
  return await call.then(
    (value) => ({ value }),
    ({ name, message, type }: Error & { type?: string }) => ({ name, message, type }),
  );
}
