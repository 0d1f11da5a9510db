import type { Machine } from "../../support/machine.ts";
import { retry } from "../../support/retries.ts";

const DIRECTORIES = "/etc/systemd/system /etc/unitlet /run/unitlet /var/lib/unitlet /run/systemd/system";

/** Returns everything that a run may change on its host: files with times, owners and contents, states of units, and jobs. */
export async function hostState(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.exec(`
    find ${DIRECTORIES} -printf '%p %y %m %U:%G %T@ %C@ %s %l\\n' | sort
    find ${DIRECTORIES} -type f -exec sha256sum {} + | sort -k 2
    findmnt --list --noheadings --output TARGET,SOURCE | sort
    systemctl list-units --all --plain --no-legend 'unitlet*' 'run-unitlet*' 'var-lib-unitlet*'
    systemctl show --property=NInstalledJobs --property=NFailedJobs
    journalctl --sync
    journalctl --quiet --output=cat _PID=1 | grep -cE 'unitlet|Reloading'
    journalctl --namespace='*' --quiet --output=cat --unit='unitlet*' | wc -l`);
  return stdout.split("\n");
}

/** Stops the timer and the path unit that start runs, and waits for a run. */
export async function stopTriggers(machine: Machine): Promise<void> {
  await machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  // The first start may join a run that has begun before.
  const twice = "systemctl start unitlet-sync; systemctl start unitlet-sync";
  await retry(
    `a run of ${machine.name}`,
    () => machine.exec(twice),
    () => true,
  );
}
