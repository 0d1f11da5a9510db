import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LAN_FILES, V2_ALONE_FILES, V2_FILES, V2_SLOW_FILES } from "./test/machine/v2-files.ts";
import { MatrixReporter } from "./test/matrix/reporter.ts";
import { SLOW_FILES } from "./test/support/slow-files.ts";
import { SummaryReporter } from "./test/support/summary-reporter.ts";

const real = ["systemd", "control-plane", "e2e", "attacks"].map((folder) => `test/${folder}/**/*.test.ts`);

const ARM64 = "test/arm64/**/*.test.ts";

const areUserMode = process.env.UNITLET_TEST_MACHINE?.startsWith("v2") ?? false;

/** `ordinary`: all tests of CI; `slow`: the others. Without a lane, the arguments choose among all files of one kind of machine. */
const lane = process.env.UNITLET_TEST_LANE;

const withMachines = {
  setupFiles: ["test/support/check-retries.ts", "test/support/skip-lacking.ts"],
  // Two cores carry the machines and the control plane as well. A test waits for half of its time, but user-mode Linux keeps a core busy.
  maxWorkers: areUserMode ? 2 : 4,
  testTimeout: 300_000,
  hookTimeout: 400_000,
};

const v2 = {
  test: {
    name: "v2",
    include: [...(lane === "slow" ? V2_SLOW_FILES : V2_FILES)],
    ...withMachines,
    maxWorkers: 2,
    env: { UNITLET_TEST_MACHINE: "v2" },
    sequence: { groupOrder: 3 },
  },
};

const arm64 = {
  test: { name: "arm64", include: [ARM64], ...withMachines, testTimeout: 1_200_000, hookTimeout: 600_000 },
};

const lacking = areUserMode ? LAN_FILES : V2_ALONE_FILES;

const realOfLane = {
  include: lane === "slow" ? [...SLOW_FILES] : real,
  exclude: [...lacking, ...(lane === "ordinary" ? SLOW_FILES : [])],
};

const report = process.env.UNITLET_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: ["default", new SummaryReporter(), ...(report === undefined ? [] : [new MatrixReporter(report)])],
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: "pure",
          include: ["test/**/*.test.ts"],
          exclude: [...real, ARM64],
          testTimeout: 90_000,
          // Vitest's own number is one worker for two cores, and a project with one worker and the order 0 runs last.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: "real", ...realOfLane, ...withMachines, sequence: { groupOrder: 2 } } },
      // After the project `real`, because the machines have the same names.
      ...(lane === undefined ? [] : [v2]),
      ...(process.env.UNITLET_TEST_ARM64 === undefined ? [] : [arm64]),
    ],
  },
});
