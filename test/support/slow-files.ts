/**
 * The test files that `npm run test:slow` runs, and `npm test` without arguments leaves out: what they need takes minutes to compile or to
 * pack, and changes of the agent rarely reach what they test.
 */
export const SLOW_FILES: readonly string[] = [
  "test/e2e/network/flannel.test.ts",
  "test/e2e/network/kube-router.test.ts",
  "test/e2e/node/older.test.ts",
  "test/systemd/release.test.ts",
  "test/systemd/rpm.test.ts",
];
