// A password without quotes that begins with * or ! is read as an alias or as a tag. No message shows it, because the journal has them.

export const NO_ANCHOR = "there is no anchor of this name before it: write a text that begins with * in quotes";

const QUOTE_TAG = "write a text that begins with ! in quotes";

/** A mistake at an offset of the text, in characters. */
export class OffsetError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Returns the mistake that a tag is. Names of other tags than those of YAML itself are not shown. */
export function badTag(tag: string, offset: number): OffsetError {
  const isKnown = /^!!(binary|bool|float|int|map|null|omap|pairs|seq|set|str|timestamp)$/.test(tag);
  return new OffsetError(isKnown ? `the tag ${tag} does not fit here: remove it` : `unknown tag: ${QUOTE_TAG}`, offset);
}

/** Returns the reason that js-yaml gives, without the text of a tag. */
export function withoutTag(reason: string): string {
  return reason.replace(/^(tag name cannot contain such characters|undeclared tag handle)\b.*/s, `$1: ${QUOTE_TAG}`);
}
