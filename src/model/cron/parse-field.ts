/** The bounds of a field, and names for its numbers in lower case. */
export interface FieldBounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

export interface Field {
  readonly numbers: ReadonlySet<number>;
  /** It has a `*` or `?` without steps, so it restricts nothing. */
  readonly isFree: boolean;
}

/** Thrown for a field that the API refuses. The message is a phrase about the schedule. */
export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

/**
 * Reads a field: numbers, names, ranges and steps with commas between them (`robfig/cron parser.go: getField`, v3.0.1).
 * Throws ScheduleError.
 */
export function parseField(text: string, bounds: FieldBounds): Field {
  const parts = text.split(",").filter((part) => part !== "");
  const ranges = parts.map((part) => parseRange(part, bounds));
  return {
    numbers: new Set(ranges.flatMap(({ numbers }) => [...numbers])),
    isFree: ranges.some(({ isFree }) => isFree),
  };
}

function parseRange(text: string, bounds: FieldBounds): Field {
  const [range = "", stepText, ...moreSteps] = text.split("/");
  const [low = "", high, ...moreEnds] = range.split("-");
  const wrong = (what: string) => new ScheduleError(`${bounds.name} "${text}": ${what}`);
  const number = (word: string) => {
    const named = bounds.names.indexOf(word.toLowerCase());
    if (named >= 0) return named + bounds.min;
    if (/^\+?\d+$/.test(word)) return Number(word);
    throw wrong(`"${word}" is no number${bounds.names.length > 0 ? " or name" : ""}`);
  };
  const isStar = low === "*" || low === "?";
  const start = isStar ? bounds.min : number(low);
  if (!isStar && moreEnds.length > 0) throw wrong("a range has one hyphen");
  if (moreSteps.length > 0) throw wrong("a range has one slash");
  if (stepText !== undefined && !/^\+?\d+$/.test(stepText)) throw wrong(`the step "${stepText}" is no number`);
  const step = stepText === undefined ? 1 : Number(stepText);
  // "5/15" is "5-59/15".
  const isOpen = isStar || (high === undefined && stepText !== undefined);
  const end = isOpen ? bounds.max : number(high ?? low);
  if (start < bounds.min || end > bounds.max) throw wrong(`expected ${bounds.min} to ${bounds.max}`);
  if (start > end) throw wrong("the range ends before it begins");
  if (step === 0) throw wrong("a step is 1 or more");
  const count = Math.floor((end - start) / step) + 1;
  return {
    numbers: new Set(Array.from({ length: count }, (_, at) => start + at * step)),
    isFree: isStar && step === 1,
  };
}
