import { EX_USAGE } from "../model/exit-status.ts";
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

  status        show the containers on this host, their states and restarts
  plan          show what a run would do now and why, and change nothing: unitlet plan --help
  join          make this host a node of a cluster: unitlet join --help
  leave         make this host a standalone host again: unitlet leave --help
  images        list the images and their users; unitlet images prune removes the unused ones
  doctor        check the host, the agent and the cluster, and show what to do; exit status 1: an error
  check-config  check /etc/unitlet/unitlet.conf and the kubeconfig; exit status 78: an error
  version       show the version of unitlet
  help          show this text

To start a run now: systemctl start unitlet-sync. The journal of the runs: journalctl -u unitlet-sync.
`;

type Command = (args: readonly string[]) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  status: withoutArguments("status", showStatus),
  plan,
  join,
  leave,
  images,
  doctor: withoutArguments("doctor", doctor),
  "check-config": withoutArguments("check-config", checkConfig),
  version: withoutArguments("version", async () => `unitlet ${unitletVersion}\n`),
  help: async () => HELP,
};

/** Options that people try first, and the command that each one stands for. */
const ALIASES: Readonly<Record<string, string>> = { "--help": "help", "-h": "help", "--version": "version" };

/** Returns a command that shows the help for `--help`, and rejects all other arguments. */
function withoutArguments(name: string, command: () => Promise<string>): Command {
  return async ([argument]) => {
    if (argument === "--help") return HELP;
    if (argument !== undefined)
      throw new CliError(`unitlet ${name}: unexpected argument "${argument}"\n\n${HELP}`, EX_USAGE);
    return await command();
  };
}

async function main(given: string): Promise<void> {
  const command = COMMANDS[ALIASES[given] ?? given];
  if (command === undefined) throw new CliError(`unitlet: unknown command "${given}"\n\n${HELP}`, EX_USAGE);
  process.stdout.write(await command(process.argv.slice(4)));
}

main(process.argv[3] ?? "help").catch((error: NodeJS.ErrnoException) => {
  const remedy = error.code === "EACCES" && process.getuid?.() !== 0 ? "this needs root: " : "";
  process.stderr.write(`${remedy}${error.message}\n`);
  process.exitCode = error instanceof CliError ? error.status : error.name === "ConfigError" ? 78 : 1;
});
