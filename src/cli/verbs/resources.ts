import { CliError } from "../failure.ts";
import type { ApiObject } from "../objects/api-object.ts";
import type { HostObjects } from "../objects/host-objects.ts";
import type { Kind } from "../objects/kind.ts";
import { findKind, KINDS, pluralOf } from "../objects/kinds.ts";
import { parseSelector } from "../objects/selector.ts";

/** What the arguments of a verb name: kinds, and names of objects. */
export interface Resources {
  /** In the order in which they are shown. */
  readonly kinds: readonly Kind[];
  /** The objects by kind and name; undefined: all of these kinds. */
  readonly named?: readonly Named[];
}

export interface Named {
  readonly kind: Kind;
  readonly name: string;
}

/** Which objects of these kinds are meant. */
export interface Scope {
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined;
  readonly selector?: string | undefined;
}

/**
 * Returns what `KIND[,KIND…] [NAME…]`, `KIND/NAME…` or `all` names, as kubectl takes it (`cli-runtime resource/builder.go:
 * ResourceTypeOrNameArgs`, v0.36). Throws CliError.
 */
export function parseResources(args: readonly string[]): Resources {
  const [first, ...rest] = args;
  if (first === undefined)
    throw new CliError(
      `error: name a kind of object, such as pods: one of all, ${KINDS.map(({ names }) => names[0]).join(", ")}`,
    );
  if (args.some((each) => each.includes("/"))) return ofPairs(args.map(pairOf));
  if (first === "all") {
    if (rest.length > 0) throw new CliError('error: "all" takes no names: name a kind');
    return { kinds: KINDS.filter(({ isOfAll }) => isOfAll) };
  }
  const kinds = first
    .split(",")
    .filter((word) => word !== "")
    .map(kindOf);
  if (rest.length === 0) return { kinds };
  return { kinds, named: kinds.flatMap((kind) => rest.map((name) => ({ kind, name }))) };
}

function ofPairs(named: readonly Named[]): Resources {
  return { kinds: [...new Set(named.map(({ kind }) => kind))], named };
}

function pairOf(argument: string): Named {
  const [word = "", name, ...more] = argument.split("/");
  if (!name || more.length > 0)
    throw new CliError(`error: ${JSON.stringify(argument)}: expected KIND/NAME, such as pod/web, for each argument`);
  return { kind: kindOf(word), name };
}

function kindOf(word: string): Kind {
  const kind = findKind(word);
  if (kind === undefined)
    throw new CliError(
      `error: this host has no resource type ${JSON.stringify(word)}: expected one of ${KINDS.map(({ names }) => names[0]).join(", ")}`,
    );
  return kind;
}

/** The objects that were meant, and one message for each name without one. */
export interface Found {
  readonly objects: readonly ApiObject[];
  readonly missing: readonly string[];
}

/** Returns the objects that are meant, sorted by namespace and name, those of one kind together. Throws CliError. */
export function findObjects(
  { objects }: Pick<HostObjects, "objects">,
  { kinds, named }: Resources,
  { namespace, selector = "" }: Scope,
): Found {
  const matches = parseSelector(selector);
  if (matches === undefined) throw new CliError(`error: unable to parse the selector ${JSON.stringify(selector)}`);
  const inScope = objects.filter(
    ({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && matches(metadata.labels),
  );
  if (named === undefined)
    return { objects: kinds.flatMap((kind) => sorted(inScope.filter((each) => each.kind === kind.kind))), missing: [] };
  const found = named.map((each) => ({
    ...each,
    objects: inScope.filter(({ kind, metadata }) => kind === each.kind.kind && metadata.name === each.name),
  }));
  const missing = found.flatMap(({ kind, name, objects: own }) => (own.length === 0 ? [notFound(kind, name)] : []));
  return { objects: found.flatMap(({ objects: own }) => own), missing };
}

export function notFound(kind: Kind, name: string): string {
  return `Error (NotFound): ${pluralOf(kind)} ${JSON.stringify(name)} not found`;
}

function sorted(objects: readonly ApiObject[]): readonly ApiObject[] {
  const keyOf = ({ metadata }: ApiObject) => `${metadata.namespace}/${metadata.name}`;
  return objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
