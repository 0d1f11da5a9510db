import { unitletVersion } from "../version.ts";
import { checkConfig } from "./check-config.ts";
import { doctor } from "./doctor.ts";
import { CliError } from "./failure.ts";
import { images } from "./images.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { plan } from "./plan.ts";
import { showStatus } from "./status.ts";

const HELP = `usage: unitlet COMMAND

  status        show the pods on this host, their containers and restarts
  plan          show what a run would do now and why, and change nothing (--json);
                exit status 0: nothing, 2: changes, 1: error
  join          make this host a node of a cluster: unitlet join --help
  leave         make this host a standalone host again: unitlet leave --help
  images        list the images and their users; unitlet images prune removes the unused ones
  doctor        check the host, the agent and the cluster, and show what to do
  check-config  check /etc/unitlet/unitlet.conf and the kubeconfig
  version       show the version of unitlet
  help          show this text

To start a run now: systemctl start unitlet-sync. The journal of the runs: journalctl -u unitlet-sync.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  status: showStatus,
  plan,
  join,
  leave,
  images,
  doctor,
  "check-config": checkConfig,
  version: async () => `unitlet ${unitletVersion}\n`,
  help: async () => HELP,
};

async function main(name: string): Promise<void> {
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(`unitlet: unknown command "${name}"\n${HELP}`);
    process.exitCode = 64;
    return;
  }
  process.stdout.write(await command(process.argv.slice(4)));
}

main(process.argv[3] ?? "help").catch((error: NodeJS.ErrnoException) => {
  const remedy = error.code === "EACCES" && process.getuid?.() !== 0 ? "this needs root: " : "";
  process.stderr.write(`${remedy}${error.message}\n`);
  process.exitCode = error instanceof CliError ? error.status : error.name === "ConfigError" ? 78 : 1;
});
