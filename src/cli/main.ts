import { EX_USAGE } from "../model/exit-status.ts";
import { autoUpdate } from "./auto-update.ts";
import { bundle } from "./bundle.ts";
import { checkConfig } from "./check-config.ts";
import { claims } from "./claims.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { CliError } from "./failure.ts";
import { images } from "./images.ts";
import { importCommand } from "./import.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import { endOnClosedPipe, print, printError } from "./output.ts";
import { plan } from "./plan.ts";
import { render } from "./render.ts";
import { seal } from "./seal.ts";
import { showStatus } from "./status.ts";
import { upgrade } from "./upgrade.ts";
import { apply } from "./verbs/apply.ts";
import { deleteCommand } from "./verbs/delete.ts";
import { describe } from "./verbs/describe.ts";
import { exec } from "./verbs/exec.ts";
import { get } from "./verbs/get.ts";
import { logs } from "./verbs/logs.ts";
import { showVersion } from "./version.ts";

const HELP = `usage: unitlet COMMAND

  status        show the pods of this host, their containers and restarts, and why a pod does not run
  get           show pods and other objects of this host in the columns of kubectl: unitlet get --help
  describe      show all that this host knows of a pod or another object: unitlet describe --help
  logs          print what a container has written: unitlet logs --help
  exec          run a program in a container: unitlet exec --help
  apply         write objects into the directory of manifests: unitlet apply --help
  delete        remove objects from the directory of manifests: unitlet delete --help
  plan          show what a run would do now and why, and change nothing: unitlet plan --help
  render        print the units that a manifest becomes, on any computer: unitlet render --help
  import        print the Pod manifest of a service unit: unitlet import --help
  explain       show what a field of a pod becomes on a node: unitlet explain spec.containers.livenessProbe
  bundle        pack agent, manifests and images for a host without a network: unitlet bundle --help
  seal          encrypt the Secrets of a manifest for this host: unitlet seal --help
  join          make this host a node of a cluster: unitlet join --help
  leave         make this host a standalone host again: unitlet leave --help
  images        list the images and their users; unitlet images prune removes the unused ones
  auto-update   update images of pods with the annotation unitlet.dev/auto-update: unitlet auto-update --help
  claims        list the claims of a standalone host; unitlet claims delete removes one with its data
  doctor        check the host, the agent and the cluster, and show what to do; exit status 1: an error
  check-config  check /etc/unitlet/unitlet.conf and the kubeconfig; exit status 78: an error
  upgrade       replace the agent by another version, and go back if that fails: unitlet upgrade --help
  version       show the version of unitlet, and the one before that an upgrade has kept
  help          show this text, or the options of a command: unitlet help join

To start a run now: systemctl start unitlet-sync. The journal of the runs: journalctl -u unitlet-sync.
`;

type Command = (args: readonly string[]) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  status: withoutArguments("status", showStatus),
  get,
  describe,
  logs,
  exec,
  apply,
  delete: deleteCommand,
  plan,
  render,
  import: importCommand,
  explain,
  bundle,
  seal,
  join,
  leave,
  images,
  "auto-update": autoUpdate,
  claims,
  doctor: withoutArguments("doctor", doctor),
  "check-config": withoutArguments("check-config", checkConfig),
  upgrade,
  version: withoutArguments("version", showVersion),
  help: showHelp,
};

/** Options that people try first, and the command that each one stands for. */
const ALIASES: Readonly<Record<string, string>> = { "--help": "help", "-h": "help", "--version": "version" };

const isHelp = (argument: string) => argument === "--help" || argument === "-h";

/** Returns a command that shows the help for `--help`, and rejects all other arguments. */
function withoutArguments(name: string, command: () => Promise<string>): Command {
  return async ([argument]) => {
    if (argument === "--help") return helpOf(name);
    if (argument !== undefined)
      throw new CliError(`unitlet ${name}: unexpected argument "${argument}"\n\n${HELP}`, EX_USAGE);
    return await command();
  };
}

/** Returns the usage of a command without options: its line of the help. */
function helpOf(name: string): string {
  const line = HELP.split("\n").find((each) => each.startsWith(`  ${name} `)) ?? "";
  return `usage: unitlet ${name}\n\n${line.slice(name.length + 2).trim()}\n`;
}

/** `unitlet help [COMMAND]`. */
async function showHelp([name, ...rest]: readonly string[]): Promise<string> {
  if (name === undefined || isHelp(name)) return HELP;
  const command = name === "help" ? withoutArguments("help", async () => HELP) : commandOf(name);
  if (rest.length > 0) throw new CliError(`unitlet help: unexpected argument "${rest[0]}"\n\n${HELP}`, EX_USAGE);
  return await command(["--help"]);
}

function commandOf(given: string): Command {
  const name = ALIASES[given] ?? given;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new CliError(`unitlet: unknown command "${given}"\n\n${HELP}`, EX_USAGE);
  return command;
}

async function main(given: string): Promise<void> {
  const command = commandOf(given);
  const args = process.argv.slice(4);
  // What follows is for a program in a container.
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  print(await command(command !== showHelp && own.some(isHelp) ? ["--help"] : args));
}

process.stdout.on("error", endOnClosedPipe);

main(process.argv[3] ?? "help").catch((error: NodeJS.ErrnoException) => {
  const remedy = error.code === "EACCES" && process.getuid?.() !== 0 ? "this needs root: " : "";
  printError(`${remedy}${error.message}`);
  process.exitCode = error instanceof CliError ? error.status : error.name === "ConfigError" ? 78 : 1;
});
