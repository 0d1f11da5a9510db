// How systemd reads what unitfile/ writes, told a second time: from systemd.service(5), systemd.syntax(7) and
// systemd.exec(5), and held against the real one by test/systemd/quoting.test.ts.

/** The words of an Exec line after ":", escapes undone and specifiers expanded; throws where systemd would refuse. */
export function execWords(line: string): string[] {
  if (!line.startsWith(":")) throw new Error("systemd would expand variables");
  return splitWords(line.slice(1), " \t\n\r", unescapeC).map(expandSpecifiers);
}

type Unescape = (rest: string) => { readonly bytes: readonly number[]; readonly length: number };

function splitWords(text: string, separators: string, undo: Unescape): string[] {
  const words: string[] = [];
  let bytes: number[] | undefined;
  let quote = "";
  for (let at = 0; at < text.length; ) {
    const c = first(text.slice(at, at + 2));
    if (quote === "" && separators.includes(c)) {
      if (bytes !== undefined) words.push(Buffer.from(bytes).toString());
      bytes = undefined;
    } else if (c === "\\") {
      const { bytes: unescaped, length } = undo(text.slice(at + 1, at + 11));
      bytes = [...(bytes ?? []), ...unescaped];
      at += length;
    } else if (quote === "" && (c === '"' || c === "'")) {
      quote = c;
      bytes ??= [];
    } else if (c === quote) quote = "";
    else bytes = append(bytes, c);
    at += c.length;
  }
  if (quote !== "") throw new Error("unbalanced quoting");
  return bytes === undefined ? words : [...words, Buffer.from(bytes).toString()];
}

function append(bytes: number[] | undefined, c: string): number[] {
  const whole = bytes ?? [];
  whole.push(...Buffer.from(c));
  return whole;
}

function unescapeC(rest: string): { bytes: number[]; length: number } {
  const simple = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92, '"': 34, "'": 39, s: 32 }[rest[0] ?? ""];
  if (simple !== undefined) return { bytes: [simple], length: 1 };
  const byte = /^x([0-9a-f]{2})/i.exec(rest)?.[1];
  if (byte === undefined || byte === "00") throw new Error(`unknown escape \\${rest.slice(0, 3)}`);
  return { bytes: [Number.parseInt(byte, 16)], length: 3 };
}

function expandSpecifiers(word: string): string {
  return word.replace(/%(.?)/gs, (_, specifier) => {
    if (specifier !== "%") throw new Error(`specifier %${specifier}`);
    return "%";
  });
}

/** What a program gets of lines whose values are all in single quotes. */
export function environmentOf(text: string): Map<string, string> {
  return launched(text).variables;
}

/** Variables and words of a launch file: those of comments at its head are perl's to set, the rest a shell's. */
export function launched(text: string): { variables: Map<string, string>; argv: string[] } {
  const variables = new Map<string, string>();
  const decoded = (hex = "") => Buffer.from(hex, "hex").toString();
  const head = /^(?:#.*\n)*/.exec(text)?.[0] ?? "";
  for (const [, name, value] of head.matchAll(/^#=([0-9a-f]*)=([0-9a-f]*)$/gm))
    variables.set(decoded(name), decoded(value));
  let argv: string[] = [];
  const line =
    /export ([A-Za-z_]\w*)=((?:'[^']*'|\\')*)\n|(?:\[ "\$#" -gt 0 \] \|\| )?set -- ((?:'[^']*'|\\'| |\/usr\/bin\/env PERL_BADLANG=0 \/usr\/bin\/perl -e|"\$@")*)\n/y;
  for (line.lastIndex = head.length; line.lastIndex < text.length; ) {
    const match = line.exec(text);
    if (match === null) throw new Error("not an assignment");
    const [, name, value = "", words] = match;
    if (name !== undefined) variables.set(name, unquoted(value));
    else if (!words?.startsWith("/usr/bin/env")) argv = (words?.match(/(?:'[^']*'|\\')+/g) ?? []).map(unquoted);
  }
  return { variables, argv };
}

function unquoted(words: string): string {
  return words.replace(/'([^']*)'|\\'/g, (word, inner?: string) => inner ?? word.slice(1));
}

/** Lines that systemd would take for something: sections and assignments, continuation lines joined. */
export function significantLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, " ")
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== "" && !/^\s*[#;]/.test(line));
}

/** systemd drops lines with what it does not take for UTF-8. */
export function isCleanUtf8(text: string): boolean {
  return text.isWellFormed() && !/\p{Noncharacter_Code_Point}/u.test(text);
}

function first(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}
