import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import { badTag, NO_ANCHOR, OffsetError, withoutTag } from "./yaml-mistakes.ts";
import { plainValue, taggedValue } from "./yaml-scalar.ts";

/** Thrown for a text that is no YAML, or none that JSON can express. `line` is counted from 1. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface YamlDocument {
  readonly value: unknown;
  /** Returns the line of the value at a path, counted from 1; that of the nearest value around it when it is missing. */
  lineOf(path: readonly (string | number)[]): number;
}

/** A value with its place. `size` is the number of values in it, with those that aliases repeat. */
interface Node {
  readonly value: unknown;
  readonly offset: number;
  readonly size: number;
  readonly items?: readonly Node[];
  readonly fields?: ReadonlyMap<string, Node>;
}

/** The number of values that aliases of one document may repeat: nine levels of nine aliases each are 387 million. */
const MAX_ALIASED_VALUES = 100_000;

/** The number of values that a document may have, so that its tree takes a few dozen MB at most. */
const MAX_VALUES = 100_000;

/**
 * Returns the only document of a text as kubectl reads it, with merge keys and with keys that are texts. Undefined when there
 * is no document. Throws YamlError.
 */
export function parseYaml(text: string): YamlDocument | undefined {
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  try {
    const events = parseEvents(text, {});
    if (events.length > 2 * MAX_VALUES) throw new OffsetError(`has more than ${MAX_VALUES} values`, 0);
    const root = events.length === 0 ? undefined : new Composer(text, events).document();
    return root && { value: root.value, lineOf: (path) => lineAt(nodeAt(root, path).offset) };
  } catch (error) {
    if (error instanceof OffsetError) throw new YamlError(error.message, lineAt(error.offset));
    if (error instanceof YAMLException) throw new YamlError(withoutTag(error.reason), (error.mark?.line ?? 0) + 1);
    throw error;
  }
}

function nodeAt(root: Node, path: readonly (string | number)[]): Node {
  let node = root;
  for (const step of path) {
    const next = typeof step === "number" ? node.items?.[step] : node.fields?.get(step);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

class Composer {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #anchors = new Map<string, Node | "open">();
  #at = 0;
  #aliased = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  document(): Node {
    this.#at++;
    return this.#isAtEnd() ? { value: null, offset: 0, size: 1 } : this.#node();
  }

  #node(): Node {
    const event = this.#events[this.#at++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.SEQUENCE:
        return this.#collection(event, "!!seq", () => this.#sequence(event.start));
      case EVENT_ID.MAPPING:
        return this.#collection(event, "!!map", () => this.#mapping(event.start));
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      default:
        throw new OffsetError("is not complete", this.#text.length);
    }
  }

  #scalar(event: Event & { type: typeof EVENT_ID.SCALAR }): Node {
    const text = getScalarValue(this.#text, event);
    const offset = [event.tagStart, event.anchorStart, event.valueStart].find((each) => each >= 0) ?? 0;
    if (event.tagStart < 0)
      return { value: event.style === SCALAR_STYLE.PLAIN ? plainValue(text) : text, offset, size: 1 };
    const tag = this.#text.slice(event.tagStart, event.tagEnd);
    const value = taggedValue(tag, text);
    if (value === undefined) throw badTag(tag, offset);
    return { value, offset, size: 1 };
  }

  #collection(
    event: Event & { type: typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING },
    tag: string,
    compose: () => Node,
  ): Node {
    const given = event.tagStart < 0 ? tag : this.#text.slice(event.tagStart, event.tagEnd);
    if (given !== tag) throw badTag(given, event.tagStart);
    if (event.anchorStart >= 0) this.#anchors.set(this.#anchorOf(event), "open");
    return this.#anchored(event, compose());
  }

  #anchored(event: { readonly anchorStart: number; readonly anchorEnd: number }, node: Node): Node {
    if (event.anchorStart >= 0) this.#anchors.set(this.#anchorOf(event), node);
    return node;
  }

  #alias(event: Event & { type: typeof EVENT_ID.ALIAS }): Node {
    const name = this.#anchorOf(event);
    const node = this.#anchors.get(name);
    if (node === undefined) throw new OffsetError(NO_ANCHOR, event.anchorStart);
    if (node === "open") throw new OffsetError(`*${name}: the value contains itself`, event.anchorStart);
    this.#aliased += node.size;
    if (this.#aliased > MAX_ALIASED_VALUES)
      throw new OffsetError(
        `aliases repeat more than ${MAX_ALIASED_VALUES} values: write the values`,
        event.anchorStart,
      );
    return { ...node, offset: event.anchorStart };
  }

  #sequence(offset: number): Node {
    const items: Node[] = [];
    while (!this.#isAtEnd()) items.push(this.#node());
    return { value: items.map(({ value }) => value), offset, size: sizeOf(items), items };
  }

  #mapping(offset: number): Node {
    const own = new Map<string, Node>();
    const merged: Node[] = [];
    while (!this.#isAtEnd()) {
      const key = this.#node();
      const value = this.#node();
      const name = this.#keyOf(key);
      if (name === "<<" && !/["']/.test(this.#text[key.offset - 1] ?? "")) merged.push(value);
      else if (own.has(name)) throw new OffsetError(`the key "${name}" is there twice`, key.offset);
      // A mistake is found at the key, because the value may begin a line later.
      else own.set(name, { ...value, offset: key.offset });
    }
    const inherited = merged.flatMap((node) => this.#mappingsOf(node)).toReversed();
    const fields = new Map([...inherited.flatMap((each) => [...each]), ...own]);
    const value = Object.fromEntries([...fields].map(([name, node]) => [name, node.value]));
    return { value, offset, size: sizeOf([...fields.values()]), fields };
  }

  /** Returns the mappings of a merge key `<<`, those first whose values count. */
  #mappingsOf(node: Node): readonly ReadonlyMap<string, Node>[] {
    return (node.items ?? [node]).map(({ fields }) => {
      if (fields !== undefined) return fields;
      throw new OffsetError("<<: expected a mapping, or a list of mappings", node.offset);
    });
  }

  /** Returns a key as JSON needs it (`sigs.k8s.io/yaml yaml.go: convertToJSONableObject`). */
  #keyOf({ value, offset }: Node): string {
    if (typeof value === "object") throw new OffsetError("expected a text as key", offset);
    return String(value);
  }

  #anchorOf({ anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }): string {
    return this.#text.slice(anchorStart, anchorEnd);
  }

  /** True at the end of a collection or document, which it passes. */
  #isAtEnd(): boolean {
    const isEnd = this.#events[this.#at]?.type === EVENT_ID.POP;
    if (isEnd) this.#at++;
    return isEnd;
  }
}

function sizeOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { size }) => sum + size, 1);
}
