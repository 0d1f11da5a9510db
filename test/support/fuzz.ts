import * as fc from "fast-check";

/** How often a property is tried; `npm run fuzz` sets FUZZ_RUNS. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

/** The claim throws when it does not hold. One that takes long is tried `cost` times less often. */
export function forAll<T>(values: fc.Arbitrary<T>, claim: (value: T) => void, cost = 1): void {
  const property = fc.property(values, (value) => {
    claim(value);
  });
  void fc.assert(property, { numRuns: Math.ceil(numRuns / cost) });
}
