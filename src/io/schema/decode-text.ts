/**
 * Returns a text in UTF-8, or in UTF-16 with a byte order mark, without the mark
 * (`go.yaml.in/yaml/v2 readerc.go: yaml_parser_determine_encoding`). Throws for bytes of another encoding.
 */
export function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("is no text in UTF-8", { cause: error });
  }
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
