import { bytesOfText, withoutBytes } from "../model/byte-text.ts";
import { UnquotableError } from "./quote.ts";

/**
 * The program's standard input. none: /dev/null. open: from attached clients, without an end. once: ends when the first
 * client detaches. attached: the program starts when a client attaches; this shell stands for it and exits with its
 * status.
 */
export type StandardInput = "none" | "open" | "once" | "attached";

/** The named pipe of the standard input; a second one shows its end. */
export const STDIN_PATH = "/run/unitlet/stdin";

/** A reader sees no end of a pipe that has never had a writer, so the other end is held open until then. */
const EXEC_BY_STDIN: Readonly<Record<StandardInput, string>> = {
  none: 'exec "$@"',
  open: `exec "$@" <>${STDIN_PATH}`,
  // The inner shell exits at once, so the program has no unknown child.
  once: `( /bin/cat >${STDIN_PATH}.once <${STDIN_PATH} & ); exec "$@" <${STDIN_PATH}.once`,
  attached: `read -r status <${STDIN_PATH} || exit 1; exit "$status"`,
};

/**
 * Returns the argv that runs the program: a shell that reads variables and arguments from a file and execs it. Neither
 * is in the unit, which any user can read. EnvironmentFile= would give a pod's LD_PRELOAD to privileged helpers as
 * well. The shell runs as the container's user.
 */
export function launchArgv(file: string, input: StandardInput = "none"): readonly string[] {
  return ["/bin/sh", "-c", `unset PWD OLDPWD; . ${file}; ${EXEC_BY_STDIN[input]}`, "sh"];
}

/** Variables that some /bin/sh refuses to set or sets itself (bash, dash), and those that perl obeys. */
const THE_SHELLS_OWN =
  /^(PERL\w*|_|UID|EUID|PPID|GROUPS|SHELLOPTS|SHLVL|OPTIND|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH\w+|DIRSTACK|FUNCNAME|PIPESTATUS|BASH\w*)$/;

/**
 * Sets variables that no shell can export, and values that are not UTF-8. They are in the file's leading comments. Of the programs on every host only
 * perl can set a variable of any name without exposing it in its arguments. PERL_BADLANG silences a warning about the
 * host's locale.
 */
const PERL = [
  "delete $ENV{PERL_BADLANG};open F,'<',shift or die;",
  "while(<F>){last if !/^#/;$ENV{pack'H*',$1}=pack'H*',$2 if/^#=(\\w*)=(\\w*)$/}",
  "close F;exec{$ARGV[0]}@ARGV;",
  "$e=$!+0;print STDERR qq(exec: $ARGV[0]: $!\\n);exit($e==2?127:126)",
].join("");

/** The kernel's MAX_ARG_STRLEN, including the NUL. */
const MAX_ARGUMENT_BYTES = 128 * 1024;

/** A word with variables, which the shell expands. */
export interface ShellWord {
  readonly shell: readonly (string | { readonly variable: string })[];
  /** Blanks split it into several words. */
  readonly split: boolean;
}

/** What a launch file starts. */
export interface LaunchedProgram {
  readonly variables: ReadonlyMap<string, string>;
  readonly argv: readonly (string | ShellWord)[];
  /** Its working directory, an absolute path. */
  readonly directory: string;
}

/**
 * Returns the text of the launch file, which will be at the path `file`. `specHash` says for which container it was
 * written. Throws UnquotableError for what no program can be given.
 */
export function launchText(file: string, specHash: string, { variables, argv, directory }: LaunchedProgram): string {
  const all = [...variables];
  const isPlain = ([name, value]: readonly [string, string]) => isShellName(name) && value.isWellFormed();
  const odd = all.filter((each) => !isPlain(each));
  const lines = [
    specStampLine(specHash),
    ...odd.map((variable) => named(variable, oddLine)),
    directoryLine(directory),
    ...all.filter(isPlain).map((variable) => named(variable, exportLine)),
    setLine(argv),
    ...(odd.length === 0
      ? []
      : [`set -- /usr/bin/env PERL_BADLANG=0 /usr/bin/perl -e ${quoted(PERL)} ${quoted(file)} "$@"\n`]),
  ];
  return lines.join("");
}

/**
 * Returns the line that enters the working directory. WorkingDirectory= of the unit would enter it as root, which may
 * follow links of the container to files of the host. The shell that reads this line has the container's rights.
 * Shells export PWD and OLDPWD when they change the directory.
 */
function directoryLine(directory: string): string {
  if (directory === "/") return "";
  const message = `chdir to cwd (${JSON.stringify(directory)}) failed: no such directory, or permission denied`;
  const failure = `{ printf '%s\\n' ${quoted(message)} >&2; exit 126; }`;
  return `cd -- ${quoted(directory)} 2>/dev/null || ${failure}; unset PWD OLDPWD\n`;
}

function named([name, value]: readonly [string, string], line: (name: string, value: string) => string): string {
  try {
    return line(name, value);
  } catch (error) {
    if (!(error instanceof UnquotableError)) throw error;
    throw new UnquotableError(`gets a variable ${name} that ${error.message}: rename or encode it`);
  }
}

/** True when that file was written for a container with this spec hash. */
export function hasSpecStamp(text: string, specHash: string): boolean {
  return text.startsWith(specStampLine(specHash));
}

const specStampLine = (specHash: string) => `# ${specHash}\n`;

/** True for a name that a shell can export, and that neither the shells nor perl use themselves. */
export function isShellName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !THE_SHELLS_OWN.test(name);
}

/**
 * Returns a line that exports a variable with any value but NUL. Throws UnquotableError for a name that a shell cannot
 * export.
 */
export function exportLine(name: string, value: string): string {
  if (!isShellName(name)) throw new UnquotableError("has a name that a shell cannot export");
  return `export ${name}=${quoted(checkLength(name, value))}\n`;
}

/**
 * Returns the line that sets the program's arguments, unless the shell has some: exec in a running container uses the
 * same variables.
 */
export function setLine(argv: readonly (string | ShellWord)[]): string {
  const words = `set -- ${argv.map(shellText).join(" ")}`;
  // Blanks in a variable split words, but stars are no patterns.
  const splits = argv.some((word) => typeof word !== "string" && word.split);
  return `[ "$#" -gt 0 ] || ${splits ? `{ set -f; ${words}; set +f; }` : words}\n`;
}

function shellText(word: string | ShellWord): string {
  if (typeof word === "string") return quoted(checkLength("", word));
  const { shell, split } = word;
  const variable = (name: string) => (split ? `\${${name}}` : `"\${${name}}"`);
  return shell.map((part) => (typeof part === "string" ? quoted(part) : variable(part.variable))).join("");
}

function quoted(text: string): string {
  checkPassable(text);
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns the line for a name that no shell exports. */
function oddLine(name: string, value: string): string {
  if (name === "" || name.includes("=")) throw new UnquotableError("has a name that is empty or holds a =");
  return `#=${hex(name)}=${hex(checkLength(name, value))}\n`;
}

function hex(text: string): string {
  checkPassable(withoutBytes(text));
  return bytesOfText(text).toString("hex");
}

function checkLength(name: string, value: string): string {
  if (Buffer.byteLength(name) + bytesOfText(value).length + 2 > MAX_ARGUMENT_BYTES)
    throw new UnquotableError("is longer than the 128 KiB that Linux passes to a program");
  return value;
}

function checkPassable(text: string): void {
  if (text.includes("\0")) throw new UnquotableError("contains a NUL character");
  if (!text.isWellFormed()) throw new UnquotableError("contains half a character (a lone surrogate)");
}
