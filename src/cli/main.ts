import { unitletVersion } from "../version.ts";
import { checkConfig } from "./check-config.ts";
import { doctor } from "./doctor.ts";
import { CliError } from "./failure.ts";
import { images } from "./images.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { showStatus } from "./status.ts";

const HELP = `usage: unitlet COMMAND

  status        what runs here: pods, containers, restarts
  join          make this host a node of a cluster: unitlet join --help
  leave         make it a standalone host again: unitlet leave --help
  images        what was pulled, and who uses it; unitlet images prune removes what nobody does
  doctor        look for what is wrong, and say what to do
  check-config  whether /etc/unitlet/unitlet.conf and the kubeconfig can be used
  version
  help

To sync at once: systemctl start unitlet-sync. What the runs did: journalctl -u unitlet-sync.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  status: showStatus,
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
    process.stderr.write(`unitlet: "${name}" is no command of this program\n${HELP}`);
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
