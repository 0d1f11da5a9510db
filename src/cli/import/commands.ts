import { type ExecLine, execWords, shellWord } from "../../translate/deb/exec-words.ts";

/** The variables of a unit: those whose values it has, and the files that have others. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>;
  /** Paths of EnvironmentFile=, of which those with "-" before them may be missing. */
  readonly files: readonly string[];
}

/** Returns the commands of a line of ExecStart= and the like; undefined for a line that systemd cannot read. */
export function execCommands(line: string): readonly ExecLine[] | undefined {
  const whole = execWords(line);
  if (whole !== undefined) return [whole];
  const parts = line.split(/\s;(?:\s|$)/).map((part) => execWords(part.trim()));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** Returns the command of a container, where `$(NAME)` is a variable. */
export function containerCommand(exec: ExecLine, variables: Variables): readonly string[] {
  return hookCommand([exec], variables).map(literal);
}

/**
 * Returns the words that run commands one after the other, until one fails. systemd's variables become their values. A shell reads them from files, as systemd
 * does at each start, and knows those that only systemd sets.
 */
export function hookCommand(execs: readonly ExecLine[], variables: Variables): readonly string[] {
  const [first, ...more] = execs;
  if (first === undefined) return [];
  const isOne = more.length === 0 && !first.flags.includes("-") && variables.files.length === 0;
  const plain = isOne ? knownWords(first, variables.values) : undefined;
  if (plain !== undefined) return plain;
  const files = variables.files.map((file) => {
    const path = quoted(file.replace(/^-/, ""));
    return file.startsWith("-") ? `[ ! -e ${path} ] || . ${path}` : `. ${path}`;
  });
  const reads = files.length === 0 ? [] : ["set -a", ...files, "set +a"];
  // A star in a variable is no pattern for systemd.
  const commands = execs.map((exec, at) => shellCommand(exec, at === execs.length - 1));
  return ["/bin/sh", "-c", [...reads, "set -f", ...commands].join("; ")];
}

function shellCommand(exec: ExecLine, isLast: boolean): string {
  const command = programWords(exec)
    .map((word) => shellText(word, exec))
    .join(" ");
  if (exec.flags.includes("-")) return `${command} || :`;
  return isLast ? `exec ${command}` : `${command} || exit`;
}

/** Returns program and arguments. After the prefix "@" the second word is another name for the program. */
export function programWords({ flags, words }: ExecLine): readonly string[] {
  return flags.includes("@") ? words.filter((_, at) => at !== 1) : words;
}

/** Returns the words with the values of variables; undefined when a value is not known. */
function knownWords(exec: ExecLine, values: ReadonlyMap<string, string>): readonly string[] | undefined {
  const expanded = programWords(exec).map((word) => {
    const found = shellWord(word, exec);
    if (typeof found === "string") return [found];
    const parts = found.shell.map((part) => (typeof part === "string" ? part : values.get(part.variable)));
    if (!parts.every((part) => part !== undefined)) return undefined;
    return found.split ? (execWords(parts.join(""))?.words ?? []) : [parts.join("")];
  });
  return expanded.every((each) => each !== undefined) ? expanded.flat() : undefined;
}

function shellText(word: string, exec: ExecLine): string {
  const found = shellWord(word, exec);
  if (typeof found === "string") return quoted(found);
  const variable = (name: string) => (found.split ? `\${${name}}` : `"\${${name}}"`);
  return found.shell.map((part) => (typeof part === "string" ? quoted(part) : variable(part.variable))).join("");
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns the text as a pod spells it, where `$(NAME)` is a variable and `$$` a dollar sign. */
export function literal(text: string): string {
  return text.replace(/\$(?=[$(])/g, "$$$$");
}
