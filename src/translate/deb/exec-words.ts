import type { ShellWord } from "../../unitfile/launch.ts";

/** One command of an Exec line. */
export interface ExecLine {
  /** Prefixes of the program: some of - @ : + !. */
  readonly flags: string;
  /** Words without quotes and escapes; they still contain variables. */
  readonly words: readonly string[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const ESCAPE = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/u;

/**
 * Splits a line as systemd does. Returns undefined for what systemd rejects: an open quote, or several commands in one
 * line.
 */
export function execWords(line: string): ExecLine | undefined {
  const flags = /^[-@:+!]*/.exec(line)?.[0] ?? "";
  const words: string[] = [];
  let rest = line.slice(flags.length).trimStart();
  while (rest !== "") {
    const word = separator(rest) ?? firstWord(rest);
    if (word === undefined || word === "end") return undefined;
    words.push(word.text);
    rest = word.rest.trimStart();
  }
  return words.length === 0 ? undefined : { flags, words };
}

/** Returns a semicolon in a word of its own after a backslash; "end" without one, where another command begins. */
function separator(line: string): { readonly text: string; readonly rest: string } | "end" | undefined {
  if (/^\\;(\s|$)/.test(line)) return { text: ";", rest: line.slice(2) };
  return /^;(\s|$)/.test(line) ? "end" : undefined;
}

function firstWord(line: string): { readonly text: string; readonly rest: string } | undefined {
  let text = "";
  let quote = "";
  let rest = line;
  while (rest !== "") {
    const c = rest.charAt(0);
    rest = rest.slice(1);
    if (c === "\\") {
      const found = ESCAPE.exec(rest);
      if (found === null) return undefined;
      text += meaning(found);
      rest = rest.slice(found[0].length);
    } else if (quote !== "" ? c === quote : c === '"' || c === "'") quote = quote === "" ? c : "";
    else if (quote === "" && /\s/.test(c)) return { text, rest };
    else text += c;
  }
  return quote === "" ? { text, rest } : undefined;
}

/** Returns what an escape stands for. systemd keeps one that it does not know (`escape.c: cunescape_one`, v252). */
function meaning([whole, hex, octal, short, long, c = ""]: RegExpExecArray): string {
  const digits = hex ?? short ?? long;
  if (digits === undefined && octal === undefined) return ESCAPES[c] ?? `\\${whole}`;
  const code = digits === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(digits, 16);
  const isCharacter = octal === undefined ? code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) : code <= 0xff;
  return isCharacter && code > 0 ? String.fromCodePoint(code) : `\\${whole}`;
}

/** Returns the word for the launching shell: $NAME alone becomes words, ${NAME} a part of one, $$ a dollar sign. */
export function shellWord(word: string, { flags }: ExecLine): string | ShellWord {
  if (flags.includes(":")) return word;
  if (/^\$[A-Za-z_]\w*$/.test(word)) return { shell: [{ variable: word.slice(1) }], split: true };
  const parts = word.split(/(\$\$|\$\{[A-Za-z_]\w*\})/).filter((part) => part !== "");
  if (parts.every((part) => !part.startsWith("$"))) return word;
  return {
    shell: parts.map((part) => (part === "$$" ? "$" : part.startsWith("${") ? { variable: part.slice(2, -1) } : part)),
    split: false,
  };
}
