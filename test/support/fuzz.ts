import * as fc from "fast-check";

/** The number of values for a property. `npm run fuzz` sets FUZZ_RUNS. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

/** Checks a property, whose claim throws when it does not hold, with random values. Their number is divided by `cost`. */
export function forAll<T>(values: fc.Arbitrary<T>, claim: (value: T) => void, cost = 1): void {
  const property = fc.property(values, (value) => {
    claim(value);
  });
  void fc.assert(property, { numRuns: Math.ceil(numRuns / cost) });
}
