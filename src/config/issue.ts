/** The keys and indexes that lead from a document to one of its values. */
export type Path = readonly (string | number)[];

/** A mistake in a document. `message` says what is wrong and what to do. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
}

/** Adds a mistake to those of a document. */
export type Report = (path: Path, message: string) => void;

/** Returns a path as the API server prints it, such as "spec.containers[0].name". */
export function printPath(path: Path): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text.replace(/^\./, "") || "document";
}

/** Returns words as a choice: "a, b or c". */
export function choiceOf(words: readonly string[]): string {
  const [last = "", ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}
