import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { loadSchema } from "../io/bundles/loaders.ts";
import { decodeText } from "../io/schema/decode-text.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import { UnitSyntaxError } from "../unitfile/codec.ts";
import { unitText } from "./agent.ts";
import { CliError } from "./failure.ts";
import { importUnit } from "./import/import-unit.ts";
import { ImportError, type Imported } from "./import/manifest.ts";
import { printable } from "./output.ts";

const IMPORT_USAGE = `usage: unitlet import UNIT|FILE|- [--name NAME]

Prints the Pod manifest of a service unit. It changes nothing: the unit runs on until it is stopped by hand.
UNIT is a unit of this host, which is read with its drop-ins. FILE is a path with a / or the name of a file here that
ends with .service or .container, a file of Podman's Quadlet. - is standard input. Comments in the manifest list the directives
that the pod lacks, or that differ there.

  --name NAME  the name of the unit on standard input. Default: imported.service

examples:
  unitlet import nginx.service > nginx.yaml
  unitlet import ./web.container
  ssh edge-1 systemctl cat redis-server | unitlet import - --name redis-server.service | unitlet render -

exit status 0: done; 1: no pod can be made of the unit, and a message says why; 64: wrong usage
`;

const OPTIONS = { name: { type: "string" } } as const;

/** What each container has, whatever the unit says. */
const DIFFERENCES = [
  "In the container the host's files are read-only, and /run and /tmp are its own. Add a hostPath volume for each other",
  "directory that the program writes to, and for each socket below /run that it opens.",
];

/** `unitlet import`: prints the Pod manifest of a service unit. Throws CliError. */
export async function importCommand(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return IMPORT_USAGE;
  const { values, positionals } = parse(args);
  const [argument, ...more] = positionals;
  if (argument === undefined) throw usage("name a unit, a file, or - for standard input");
  if (more.length > 0) throw usage(`unexpected argument "${more[0]}"`);
  if (values.name !== undefined && argument !== "-") throw usage("--name is for standard input alone");
  const { name, text } = source(argument, values.name);
  const { manifest, notes } = imported(name, text);
  const { formatYaml } = await loadSchema();
  const differences = manifest.spec.containers.some(({ image }) => image === "host") ? DIFFERENCES : [];
  const header = [`Pod of ${name}, by unitlet import.`, ...differences];
  const comments = [...header, ...(notes.length === 0 ? [] : ["Not in the pod, or different there:"]), ...notes];
  return `${comments.map((line) => `# ${commentText(line)}\n`).join("")}${formatYaml(manifest)}`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function source(argument: string, name = "imported.service"): { readonly name: string; readonly text: string } {
  if (argument === "-") return { name, text: fileText(0) };
  if (argument.includes("/") || (/\.(service|container)$/.test(argument) && existsSync(argument)))
    return { name: basename(argument), text: fileText(argument) };
  const unit = argument.includes(".") ? argument : `${argument}.service`;
  return { name: unit, text: unitText(unit) };
}

/** Returns the text of a file; 0 is standard input. Throws CliError. */
function fileText(path: string | 0): string {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    throw new CliError(`unitlet import: cannot read ${path || "standard input"}: ${(error as Error).message}`);
  }
}

function imported(name: string, text: string): Imported {
  try {
    return importUnit(name, text);
  } catch (error) {
    if (error instanceof ImportError || error instanceof UnitSyntaxError)
      throw new CliError(`unitlet import: ${name}: ${error.message}`);
    throw error;
  }
}

/** YAML also takes U+2028 and U+2029 for line ends, which would end a comment. */
function commentText(line: string): string {
  return printable(line.replace(/[\t\n]/g, " ")).replace(/[\u2028\u2029\ufeff]/g, " ");
}

function usage(what: string): CliError {
  return new CliError(`unitlet import: ${what}\n\n${IMPORT_USAGE}`, EX_USAGE);
}
