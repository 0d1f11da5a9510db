/** Raise it whenever the same pod gives other unit text: then units are rewritten without a restart. */
export const TRANSLATION = 1;
