import type { Instant } from "../../model/api/time.ts";
import type { ApiObject } from "../objects/api-object.ts";
import type { Kind } from "../objects/kind.ts";
import { resourceOf } from "../objects/kinds.ts";
import { labelsText } from "../objects/selector.ts";
import { columnWidths, formatRows } from "../objects/table.ts";
import { printable } from "../output.ts";

/** How `get` shows objects as a table. */
export interface TableOptions {
  readonly isWide: boolean;
  readonly hasNamespaces: boolean;
  readonly hasHeadings: boolean;
  readonly hasLabels: boolean;
  /** True: names have their kind before them. */
  readonly hasKinds: boolean;
  /** Colours a cell; returns it as it is when standard output is no terminal. */
  readonly paint: (cell: string) => string;
}

/** A table of the objects of one kind, whose rows can be continued. */
export class Table {
  readonly #kind: Kind;
  readonly #options: TableOptions;
  #widths: readonly number[] | undefined;

  constructor(kind: Kind, options: TableOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** Returns the objects as rows, the first time with the headings. */
  rows(objects: readonly ApiObject[], now: Instant): string {
    const { paint, hasHeadings } = this.#options;
    const rows = objects.map((each) => this.#row(each, now));
    const isFirst = this.#widths === undefined;
    const head = isFirst && hasHeadings ? [this.#headings()] : [];
    this.#widths ??= columnWidths([...head, ...rows]);
    return formatRows(head, this.#widths) + formatRows(rows, this.#widths, paint);
  }

  #columns() {
    return this.#kind.columns.filter(({ isWide }) => !isWide || this.#options.isWide);
  }

  #headings(): string[] {
    const { hasNamespaces, hasLabels } = this.#options;
    const own = this.#columns().map(({ heading }) => heading);
    return [...(hasNamespaces ? ["NAMESPACE"] : []), "NAME", ...own, ...(hasLabels ? ["LABELS"] : [])];
  }

  #row(object: ApiObject, now: Instant): string[] {
    const { hasNamespaces, hasLabels, hasKinds } = this.#options;
    const { name, namespace, labels } = object.metadata;
    const cells = [
      ...(hasNamespaces ? [namespace] : []),
      hasKinds ? `${resourceOf(this.#kind)}/${name}` : name,
      ...this.#columns().map(({ cell }) => cell(object, now)),
      ...(hasLabels ? [labelsText(labels)] : []),
    ];
    return cells.map((cell) => printable(cell.replaceAll("\n", "\\n")));
  }
}
