/** A row of the table that says where a change goes: files or folders of it, and the tests that look at them. */
export interface Row {
  readonly places: readonly string[];
  readonly tests: readonly string[];
}

/** Folders whose tests need a machine or a control plane. All of one such folder is nobody's choice of tests. */
const REAL = /^test\/(systemd|control-plane|e2e|contract)\/./;

/** From the table's cells: what, where, tests. Places are written from src/, or from the top of the repository. */
export function rowsOf(cells: readonly (readonly string[])[]): Row[] {
  return cells
    .filter(({ length }) => length === 3)
    .map(([, places = "", tests = ""]) => ({
      places: spansOf(places).flatMap((place) => [place, `src/${place}`]),
      tests: spansOf(tests),
    }));
}

function spansOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replace(/^(\.\.\/)+/, ""));
}

/** The tests on machines and control planes that belong to the files: those of the rows that name a file most closely. */
export function realTestsFor(files: readonly string[], rows: readonly Row[]): string[] {
  const chosen = files.flatMap((file) => {
    if (file.endsWith(".test.ts")) return [file];
    const closeness = rows.map(({ places }) => Math.max(0, ...places.map((place) => closenessOf(file, place))));
    const best = Math.max(0, ...closeness);
    return best === 0 ? [] : rows.filter((_, at) => closeness[at] === best).flatMap(({ tests }) => tests);
  });
  return [...new Set(chosen)].filter((test) => REAL.test(test)).sort();
}

/** 0: the place has nothing to do with the file. */
function closenessOf(file: string, place: string): number {
  if (file === place) return Number.POSITIVE_INFINITY;
  return place.endsWith("/") && file.startsWith(place) ? place.length : 0;
}
