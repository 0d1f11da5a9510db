/** Returns a DNS label made of the text, of at most 63 characters. */
export function label(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.slice(0, 63).replace(/^-+|-+$/g, "") || "imported";
}

/** Returns a name that is not among those that are used. */
export function freshLabel(text: string, used: readonly string[]): string {
  const base = label(text);
  if (!used.includes(base)) return base;
  const numbers = Array.from({ length: used.length + 1 }, (_, at) => `${base.slice(0, 58)}-${at + 2}`);
  return numbers.find((name) => !used.includes(name)) ?? base;
}
