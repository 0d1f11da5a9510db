/** Longest line that systemd reads (LONG_LINE_MAX), less room for the key. */
const LINE_MAX_BYTES = 1024 * 1024 - 128;

/** Thrown for text that no unit file can carry. The caller adds the field. */
export class UnquotableError extends Error {
  override readonly name = "UnquotableError";
}

/** Characters that must be escaped: systemd takes noncharacters for invalid UTF-8 and drops the line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const UNPRINTABLE = /[\x01-\x1f\x7f]|\p{Noncharacter_Code_Point}/gu;

/** Most words need no escapes, and a run quotes a hundred words for each container. */
const PLAIN = /^[ !#$&-[\]-~]*$/;

/**
 * Quotes one word of a line that systemd splits into words and whose specifiers it expands. Any text but NUL survives;
 * throws UnquotableError for other text. Exec lines also expand `$`, unless the line begins with ":" (see execLine).
 */
export function quoteWord(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  checkWritable(text);
  const escaped = text
    .replace(/[\\"]/g, "\\$&")
    .replace(UNPRINTABLE, (c) => Buffer.from(c).toString("hex").replace(/../g, "\\x$&"))
    .replace(/%/g, "%%");
  return `"${escaped}"`;
}

function checkWritable(text: string): void {
  if (text.includes("\0")) throw new UnquotableError("contains a NUL character");
  // UTF-8 cannot encode it, so the file would differ from the text.
  if (!text.isWellFormed()) throw new UnquotableError("contains half a character (a lone surrogate)");
}

/**
 * Quotes a path for a directive that takes one path to the end of the line: it has specifiers, but no quotes. Throws
 * UnquotableError for a path that such a line cannot carry.
 */
export function quotePath(path: string): string {
  checkPath(path);
  if (path !== path.trim() || path.endsWith("\\"))
    throw new UnquotableError("begins or ends with a character that systemd drops");
  return path.replace(/%/g, "%%");
}

function checkPath(path: string): void {
  checkWritable(path);
  if (path.search(UNPRINTABLE) >= 0) throw new UnquotableError("contains a control character");
}

/** Prefixes of a command line: "-" ignores its failure, "+" runs it with all rights, as systemd.service(5) has them. */
export type ExecFlags = "" | "-" | "+" | "-+";

/**
 * Returns the value of an ExecStart= line, or of any other Exec line. ":" turns off `$` expansion. The program is an
 * absolute path, or a name that systemd looks up in its own fixed path. Throws UnquotableError for any other program,
 * and for a line that systemd would cut.
 */
export function execLine(argv: readonly string[], flags: ExecFlags = ""): string {
  const program = argv[0];
  if (program === undefined || program === "") throw new UnquotableError("has no program");
  // systemd looks for prefixes after unquoting, so quotes cannot protect such a name.
  if (/^[-@:+!|]/.test(program)) throw new UnquotableError(`has a program name that begins with ${program[0]}`);
  if (/["'\\]/.test(program) || program.search(UNPRINTABLE) >= 0)
    throw new UnquotableError("has a program name with a quote, a backslash or a control character");
  if (program.endsWith("/") || (program.includes("/") ? !program.startsWith("/") : /^\.\.?$/.test(program)))
    throw new UnquotableError("has a program that is neither the absolute path of a file nor a bare name");
  const line = `${flags}:${argv.map(quoteWord).join(" ")}`;
  if (Buffer.byteLength(line) > LINE_MAX_BYTES)
    throw new UnquotableError("is longer than the 1 MiB that systemd reads in a line");
  return line;
}
