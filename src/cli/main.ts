import { loadConfig } from "../io/config-files.ts";
import { unitletVersion } from "../version.ts";
import { Failure } from "./failure.ts";
import { join } from "./join.ts";
import { showStatus } from "./status.ts";

const HELP = `usage: unitlet COMMAND

  status        what runs here: pods, containers, restarts
  join          make this host a node of a cluster: unitlet join --help
  check-config  whether /etc/unitlet/unitlet.conf and the kubeconfig can be used
  version
  help

To sync at once: systemctl start unitlet-sync. What the runs did: journalctl -u unitlet-sync.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  status: showStatus,
  join,
  "check-config": checkConfig,
  version: async () => `unitlet ${unitletVersion}\n`,
  help: async () => HELP,
};

async function checkConfig(): Promise<string> {
  const { config } = await loadConfig();
  const source =
    config.cluster === undefined
      ? `standalone, manifests in ${config.manifests}`
      : `joined to ${config.cluster.server}`;
  return `The configuration is good: node ${config.nodeName}, ${source}.\n`;
}

async function main(name: string): Promise<void> {
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(`unitlet: "${name}" is no command of this program\n${HELP}`);
    process.exitCode = 64;
    return;
  }
  process.stdout.write(await command(process.argv.slice(4)));
}

main(process.argv[3] ?? "help").catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof Failure ? error.status : error.name === "ConfigError" ? 78 : 1;
});
