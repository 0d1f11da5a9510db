import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A feature of the kernel, and the tests that cannot pass without it. */
interface Feature {
  readonly name: string;
  /** The option in the kernel's configuration. */
  readonly option: string;
  /** Files, with the titles of tests or of groups of tests. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

/** The note of a test that cannot pass on this kind of machine begins like this. SummaryReporter prints it. */
export const LACKS = "the kernel lacks ";

const ISOLATION = "test/e2e/pods/isolation.test.ts";

export const FEATURES: readonly Feature[] = [
  {
    name: "Landlock",
    option: "CONFIG_SECURITY_LANDLOCK",
    tests: [
      [ISOLATION, "another pod's volumes, variables, files and processes are out of reach of"],
      [ISOLATION, "the host's processes are out of reach"],
      ["test/e2e/node/node.test.ts", "conditions"],
    ],
  },
  {
    name: "VRF",
    option: "CONFIG_NET_VRF",
    tests: [
      [
        "test/systemd/device-plugins.test.ts",
        "vrf puts the pod's device into a routing domain of its own, and leaves nothing",
      ],
    ],
  },
  {
    name: "PSI",
    option: "CONFIG_PSI",
    tests: [
      ["test/e2e/kubelet-port/node-endpoints.test.ts", "/metrics/cadvisor has the usage and the limits of a container"],
      [
        "test/e2e/kubelet-port/usage.test.ts",
        "/stats/summary has the pressure that the kernel counts for the node, the pod and the container",
      ],
    ],
  },
];

/** Returns what the kernel of the machines lacks for a test; undefined when it lacks nothing. `titles` begin with the outermost group. */
export function lackedBy(file: string, titles: readonly string[]): string | undefined {
  if (!process.env.UNITLET_TEST_MACHINE?.startsWith("v2")) return undefined;
  const needed = FEATURES.filter(({ tests }) => tests.some((each) => each[0] === file && titles.includes(each[1])));
  return needed.find(({ option }) => !kernelConfig().includes(`\n${option}=`))?.name;
}

let config: string | undefined;

function kernelConfig(): string {
  config ??= readFileSync(`${execFileSync("test/machine/uml/kernel.sh", { encoding: "utf8" }).trim()}/config`, "utf8");
  return config;
}
