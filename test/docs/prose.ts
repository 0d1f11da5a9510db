/** The largest number of words in a sentence. */
const MAX_WORDS = 25;

/** Words that hide the actor, or that only this project ever used. People may be called "anyone with …" or by their role. */
const BANNED =
  /\b(who|whoever|whom|whomever|somebody|nobody|someone's|doorbells?|settled|beats?|rings?|rang|told|stood still|stands still|anew|is to be had|slips?)\b/gi;

/** Sentences in which a banned word is right: it names a person, or quotes a program. */
const ALLOWED: readonly RegExp[] = [/\bto whom it may concern\b/];

interface Block {
  readonly line: number;
  readonly text: string;
}

/** The offences of a page against the rules for prose, as "LINE: what". */
export function proseProblems(page: string): string[] {
  return blocks(page).flatMap(({ line, text }) => {
    const long = sentences(text)
      .map((sentence) => ({ sentence, words: wordsOf(sentence) }))
      .filter(({ words }) => words > MAX_WORDS)
      .map(({ sentence, words }) => `${line}: ${words} words: ${sentence}`);
    const banned = sentences(text)
      .filter((sentence) => !ALLOWED.some((allowed) => allowed.test(sentence)))
      .flatMap((sentence) => [...sentence.matchAll(BANNED)].map(([word]) => `${line}: "${word}": ${sentence}`));
    return [...long, ...banned];
  });
}

/** Paragraphs, list items and cells of tables with the line on which they begin; code and comments are left out. */
function blocks(page: string): Block[] {
  const found: { line: number; text: string }[] = [];
  let open = false;
  for (const [at, raw] of withoutCode(page).split("\n").entries()) {
    const text = raw.trim();
    const begins = /^([-*]|\d+\.) |^#+ |^>/.test(text);
    if (text.startsWith("|")) {
      found.push(...cells(text).map((cell) => ({ line: at + 1, text: cell })));
      open = false;
    } else if (text === "") open = false;
    else if (open && !begins) {
      const last = found.at(-1);
      if (last !== undefined) last.text += ` ${text}`;
    } else {
      found.push({ line: at + 1, text: text.replace(/^([-*]|\d+\.|#+|>) /, "") });
      open = !text.startsWith("#");
    }
  }
  return found;
}

/** Fenced blocks and comments become empty lines, so that line numbers stay; a span of code becomes one word. */
function withoutCode(page: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, "");
  return (
    page
      .replace(/^( *)```[\s\S]*?^\1```$/gm, blank)
      .replace(/<!--[\s\S]*?-->/g, blank)
      .replace(/<\/?(details|summary)>/g, "")
      .replace(/`[^`\n]+`/g, "CODE")
      // Titles of tests, beside their file.
      .replace(/CODE: “[^”]+”(, “[^”]+”)*/g, "CODE")
      .replace(/\]\([^)]*\)/g, "]")
  );
}

function cells(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => !/^:?-*:?$/.test(cell));
}

/** A sentence ends with a mark before a space and a capital letter, code or markup. */
function sentences(text: string): string[] {
  return text.split(/(?<=[.?!][)*"”]*) (?=[A-Z*_[(“"])/).filter((sentence) => /\w/.test(sentence));
}

function wordsOf(sentence: string): number {
  return sentence.split(/[\s/]+/).filter((word) => /\w/.test(word)).length;
}
