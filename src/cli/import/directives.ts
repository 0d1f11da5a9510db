/** Why a directive is not in the pod; undefined: a container has its effect anyway. */
export type Judge = (key: string, value: string) => string | undefined;

/**
 * The directives of one section of a unit. Reading a directive takes it. `notes()` tells those that were not taken, so
 * that none is dropped in silence.
 */
export class Directives {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #taken = new Set<string>();
  readonly #notes: string[] = [];

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Returns the values of a directive in order, and takes it. */
  all(key: string): readonly string[] {
    this.#taken.add(key);
    return this.#values.get(key) ?? [];
  }

  /** Returns the value that counts of a directive with one value, and takes it. */
  last(key: string): string | undefined {
    return this.all(key).at(-1);
  }

  /** Returns the words of all values, which blanks separate and which may have quotes, and takes the directive. */
  words(key: string): readonly string[] {
    const words = this.all(key).flatMap((value) => value.split(/\s+/));
    return words.map((word) => word.replaceAll(/["']/g, "")).filter((word) => word !== "");
  }

  /** True when the directive has a value that systemd takes for true. Takes it. */
  isOn(key: string): boolean {
    return isTrue(this.last(key) ?? "");
  }

  /** Notes why the pod lacks a directive, or one of its values. Takes it. */
  note(key: string, because: string, value = this.all(key).join("; ")): void {
    this.#taken.add(key);
    this.#notes.push(`${key}=${value}: ${because}`);
  }

  /** Returns all notes: one for each directive that was not taken, as `judge` says, and then the others. */
  notes(judge: Judge): readonly string[] {
    const left = [...this.#values].filter(([key]) => !this.#taken.has(key));
    const told = left.flatMap(([key, values]) => {
      const because = judge(key, values.at(-1) ?? "");
      return because === undefined ? [] : [`${key}=${shown(key, values)}: ${because}`];
    });
    return [...this.#notes, ...told];
  }
}

/** Returns the values for a comment, which others read than the unit: of a credential its name alone. */
function shown(key: string, values: readonly string[]): string {
  const isCredential = key.startsWith("SetCredential");
  return values.map((value) => (isCredential ? value.replace(/:.*$/s, ":…") : value)).join("; ");
}

/** True for a value that systemd takes for true. */
export function isTrue(value: string): boolean {
  return /^(1|yes|y|true|t|on)$/i.test(value);
}

/** True for a value that systemd takes for false. */
export function isFalse(value: string): boolean {
  return /^(0|no|n|false|f|off)$/i.test(value);
}
