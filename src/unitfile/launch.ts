import { UnquotableError } from "./quote.ts";

/**
 * Where the program's standard input comes from.
 * none: nowhere. open: from whoever is attached, and it never ends. once: it ends when the first of them has gone.
 * attached: the program begins when somebody attaches, and this shell stands for it: it ends with the status that it is told.
 */
export type StandardInput = "none" | "open" | "once" | "attached";

/** Where a container finds its input: a named pipe, and a second one if its end is to be seen. */
export const STDIN_PATH = "/run/unitlet/stdin";

/** No program sees the end of a pipe that nobody has written to: something must hold its other end until then. */
const EXEC_BY_STDIN: Readonly<Record<StandardInput, string>> = {
  none: 'exec "$@"',
  open: `exec "$@" <>${STDIN_PATH}`,
  // The inner shell is gone at once, so that the program has no child that it does not know.
  once: `( /bin/cat >${STDIN_PATH}.once <${STDIN_PATH} & ); exec "$@" <${STDIN_PATH}.once`,
  attached: `read -r status <${STDIN_PATH} || exit 1; exit "$status"`,
};

/**
 * What stands between systemd and a container's program: a shell that takes variables and words from a file and becomes
 * the program. Neither is in the unit, which anyone may read; and EnvironmentFile= would give the variables to the
 * unit's privileged helpers as well, where a pod's LD_PRELOAD has no business. The shell has the container's own user by then.
 */
export function launchArgv(file: string, input: StandardInput = "none"): readonly string[] {
  return ["/bin/sh", "-c", `unset PWD OLDPWD; . ${file}; ${EXEC_BY_STDIN[input]}`, "sh"];
}

/** Variables of some /bin/sh itself (bash, dash), which it would refuse to set, or set to something else; and perl's, which it would obey. */
const THE_SHELLS_OWN =
  /^(PERL\w*|_|UID|EUID|PPID|GROUPS|SHELLOPTS|SHLVL|OPTIND|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH\w+|DIRSTACK|FUNCNAME|PIPESTATUS|BASH\w*)$/;

/**
 * What no shell exports stands in the file as comments before everything else, and this sets it: of all programs that
 * a host surely has, perl alone takes a variable of any name without having it among its words, where anyone could read it.
 * PERL_BADLANG: of a locale that the host does not have it would complain in the container's name.
 */
const PERL = [
  "delete $ENV{PERL_BADLANG};open F,'<',shift or die;",
  "while(<F>){last if !/^#/;$ENV{pack'H*',$1}=pack'H*',$2 if/^#=(\\w*)=(\\w*)$/}",
  "close F;exec{$ARGV[0]}@ARGV;",
  "$e=$!+0;print STDERR qq(exec: $ARGV[0]: $!\\n);exit($e==2?127:126)",
].join("");

/** The kernel's MAX_ARG_STRLEN, which counts the terminating NUL. */
const MAX_ARGUMENT_BYTES = 128 * 1024;

/** A word that holds variables, of which the shell makes what they are by then. */
export interface ShellWord {
  readonly shell: readonly (string | { readonly variable: string })[];
  /** Its blanks make several words of it. */
  readonly split: boolean;
}

/**
 * The text of that file, which is at the path `file` then. `specHash` says for which container it was written. Throws UnquotableError for what no program can be given.
 */
export function launchText(
  file: string,
  specHash: string,
  variables: ReadonlyMap<string, string>,
  argv: readonly (string | ShellWord)[],
): string {
  const all = [...variables];
  const odd = all.filter(([name]) => !isShellName(name));
  const lines = [
    specStampLine(specHash),
    ...odd.map((variable) => named(variable, oddLine)),
    ...all.filter(([name]) => isShellName(name)).map((variable) => named(variable, exportLine)),
    setLine(argv),
    ...(odd.length === 0
      ? []
      : [`set -- /usr/bin/env PERL_BADLANG=0 /usr/bin/perl -e ${quoted(PERL)} ${quoted(file)} "$@"\n`]),
  ];
  return lines.join("");
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

export function isShellName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !THE_SHELLS_OWN.test(name);
}

/** A line of that file. Any value but NUL arrives; names are the shell's. */
export function exportLine(name: string, value: string): string {
  if (!isShellName(name)) throw new UnquotableError("has a name that a shell cannot export");
  return `export ${name}=${quoted(checkLength(name, value))}\n`;
}

/** The program's words, unless another is to be run in its place: in a container that has begun, with the same variables. */
export function setLine(argv: readonly (string | ShellWord)[]): string {
  const words = `set -- ${argv.map(shellText).join(" ")}`;
  // A variable's blanks are meant to count, its stars are not.
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

/** As exportLine, for a name that no shell exports. */
function oddLine(name: string, value: string): string {
  if (name === "" || name.includes("=")) throw new UnquotableError("has a name that is empty or holds a =");
  return `#=${hex(name)}=${hex(checkLength(name, value))}\n`;
}

function hex(text: string): string {
  checkPassable(text);
  return Buffer.from(text).toString("hex");
}

function checkLength(name: string, value: string): string {
  if (Buffer.byteLength(name) + Buffer.byteLength(value) + 2 > MAX_ARGUMENT_BYTES)
    throw new UnquotableError("is longer than the 128 KiB that Linux passes to a program");
  return value;
}

function checkPassable(text: string): void {
  if (text.includes("\0")) throw new UnquotableError("contains a NUL character");
  if (!text.isWellFormed()) throw new UnquotableError("contains half a character (a lone surrogate)");
}
