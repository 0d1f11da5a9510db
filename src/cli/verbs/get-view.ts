import { loadSchema } from "../../io/bundles/loaders.ts";
import type { ApiObject } from "../objects/api-object.ts";
import { KINDS, resourceOf } from "../objects/kinds.ts";
import { paintStatus } from "../objects/paint.ts";
import { print, printError, printStyled } from "../output.ts";
import { Table } from "./get-table.ts";
import type { Resources } from "./resources.ts";

/** The options of `get` that say how objects are shown. */
export interface GetOptions {
  readonly namespace?: string | undefined;
  readonly "all-namespaces"?: boolean | undefined;
  readonly output?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly "no-headers"?: boolean | undefined;
  readonly "show-labels"?: boolean | undefined;
}

/** Prints objects in one format. */
export class GetView {
  readonly #resources: Resources;
  readonly #options: GetOptions;
  readonly #tables: ReadonlyMap<string, Table>;

  constructor(resources: Resources, options: GetOptions) {
    this.#resources = resources;
    this.#options = options;
    const table = {
      isWide: options.output === "wide",
      hasNamespaces: options["all-namespaces"] === true,
      hasHeadings: options["no-headers"] !== true,
      hasLabels: options["show-labels"] === true,
      hasKinds: resources.kinds.length > 1,
      paint: paintStatus,
    };
    this.#tables = new Map(resources.kinds.map((kind) => [kind.kind, new Table(kind, table)]));
  }

  /** What of an object is shown apart from its age, as text. */
  textOf(object: ApiObject | undefined): string {
    return JSON.stringify(object) ?? "";
  }

  async show(objects: readonly ApiObject[]): Promise<void> {
    const { output } = this.#options;
    if (output === "name") return print(objects.map((each) => `${nameOf(each)}\n`).join(""));
    if (output === "yaml" || output === "json") return await this.#showDocument(objects, output);
    const now = Date.now();
    const parts = [...Map.groupBy(objects, ({ kind }) => kind)].map(
      ([kind, own]) => this.#tables.get(kind)?.rows(own, now) ?? "",
    );
    printStyled(parts.join("\n"));
  }

  async #showDocument(objects: readonly ApiObject[], format: "yaml" | "json"): Promise<void> {
    const isOne = this.#resources.named?.length === 1 || this.#options.watch === true;
    if (isOne && objects.length === 0) return;
    const list = { apiVersion: "v1", items: objects, kind: "List", metadata: { resourceVersion: "" } };
    const documents = isOne ? objects : [list];
    const { formatYaml } = await loadSchema();
    for (const each of documents.map(withSortedKeys))
      print(format === "yaml" ? formatYaml(each) : `${JSON.stringify(each, undefined, 4)}\n`);
  }

  tellNothing(): void {
    const { output, namespace = "default" } = this.#options;
    if (output === "yaml" || output === "json" || output === "name") return;
    printError(
      this.#options["all-namespaces"] ? "No resources found" : `No resources found in ${namespace} namespace.`,
    );
  }
}

function nameOf({ kind, metadata }: ApiObject): string {
  const known = KINDS.find((each) => each.kind === kind);
  return `${known === undefined ? kind : resourceOf(known)}/${metadata.name}`;
}

/** kubectl prints the fields of an object in the order of their names. */
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, withSortedKeys(each)]),
  );
}
