import type { Machine } from "./machine.ts";

/** Sets the interval of the timer that starts runs, such as `1s` or `1h`, before unitlet is installed. */
export async function setTimerInterval(machine: Machine, interval: string): Promise<void> {
  const units = "/etc/systemd/system";
  await machine.write(
    `${units}/unitlet-sync.timer.d/interval.conf`,
    `[Timer]\nOnUnitInactiveSec=\nOnBootSec=1s\nOnUnitInactiveSec=${interval}\n`,
  );
  // With an interval of hours, a failed run is repeated after 5 s, as with the default interval.
  if (interval.endsWith("h"))
    await machine.write(
      `${units}/unitlet-sync.service.d/again.conf`,
      "[Service]\nRestart=on-failure\nRestartSec=5\nRestartPreventExitStatus=70 78\n",
    );
}
