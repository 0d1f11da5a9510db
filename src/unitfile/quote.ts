/** Longest line that systemd reads (LONG_LINE_MAX), less room for the key. */
const LINE_MAX = 1024 * 1024 - 128;

/** Thrown for text that no unit file can carry; the caller knows which field it came from. */
export class UnquotableError extends Error {
  override readonly name = "UnquotableError";
}

/**
 * One word of a line that systemd splits into words and in which it expands specifiers. Any text but NUL survives.
 * In Exec lines it also expands `$`, unless the line begins with ":" (see execLine).
 */
export function quoteWord(text: string): string {
  if (text.includes("\0")) throw new UnquotableError("contains a NUL character");
  const escaped = text
    .replace(/[\\"]/g, "\\$&")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
    .replace(/[\x01-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/%/g, "%%");
  return `"${escaped}"`;
}

/** A path for a directive that takes one path to the end of the line: no quotes there, only specifiers. */
export function quotePath(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a newline would begin another directive
  if (/[\x00-\x1f\x7f]/.test(path)) throw new UnquotableError("contains a control character");
  if (path !== path.trim() || path.endsWith("\\"))
    throw new UnquotableError("begins or ends with a character that systemd drops");
  return path.replace(/%/g, "%%");
}

/** The value of a BindPaths= line. Each side is quoted by itself: a colon within quotes is part of the path. */
export function quoteBind(source: string, destination: string): string {
  return `${quoteWord(source)}:${quoteWord(destination)}`;
}

/**
 * The value of an ExecStart= line. ":" turns off `$` expansion, so that arguments arrive as they were given.
 * The program is an absolute path or a bare name, which systemd looks up in its own fixed path.
 */
export function execLine(argv: readonly string[]): string {
  const program = argv[0];
  if (program === undefined || program === "") throw new UnquotableError("has no program");
  // systemd looks for its prefixes after unquoting, so no quoting could protect such a name.
  if (/^[-@:+!|]/.test(program)) throw new UnquotableError(`has a program name that begins with ${program[0]}`);
  const line = `:${argv.map(quoteWord).join(" ")}`;
  if (Buffer.byteLength(line) > LINE_MAX)
    throw new UnquotableError("is longer than the 1 MiB that systemd reads in a line");
  return line;
}

/** A line of an EnvironmentFile=, whose syntax is the shell's and not the unit file's: newlines stay as they are. */
export function environmentLine(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UnquotableError("has a name that systemd's environment cannot take");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: systemd ignores assignments with these
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(value)) throw new UnquotableError("has a value with a control character");
  return `${name}="${value.replace(/[\\"`$]/g, "\\$&")}"\n`;
}
