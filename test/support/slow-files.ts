/**
 * The test files that `npm run test:slow` runs, and `npm test` without arguments leaves out. Minutes of compiling or packing come before
 * them, or they take minutes of two processors themselves. The files of `npm test` cover the same code in its ordinary course.
 */
export const SLOW_FILES: readonly string[] = [
  // What is compiled or packed for one file.
  "test/e2e/kubelet-port/top.test.ts",
  "test/e2e/network/flannel.test.ts",
  "test/e2e/network/kube-router.test.ts",
  "test/e2e/network/services.test.ts",
  "test/e2e/node/older.test.ts",
  "test/systemd/release.test.ts",
  "test/systemd/rpm.test.ts",
  // Several nodes, many pods, or many runs.
  "test/attacks/traps.test.ts",
  "test/e2e/failures/emptied-run.test.ts",
  "test/e2e/failures/emptied-state.test.ts",
  "test/e2e/failures/outage.test.ts",
  "test/e2e/failures/quiet.test.ts",
  "test/e2e/failures/refused-writes.test.ts",
  "test/e2e/images/image-clients.test.ts",
  "test/e2e/images/image-output.test.ts",
  "test/e2e/images/image-registries.test.ts",
  "test/e2e/images/image-remains.test.ts",
  "test/e2e/images/image-services.test.ts",
  "test/e2e/images/image-store.test.ts",
  "test/e2e/network/add-ons.test.ts",
  "test/e2e/network/bridge-faults.test.ts",
  "test/e2e/network/nodes.test.ts",
  "test/e2e/node/cost.test.ts",
  "test/e2e/node/rotation.test.ts",
  "test/e2e/packages/package-pulls.test.ts",
  "test/e2e/packages/packages.test.ts",
  "test/e2e/pods/drift-units.test.ts",
];
