import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Make = typeof import("../../../src/io/cni/add-on-directories.ts");

test.skipIf(!canMount)(
  "directories that are missing are made with the kubelet's mode, and others stay as they are",
  async () => {
    const modes = await onEmptyHost(async (load) => {
      const { makeAddOnDirectories } = await load<Make>("src/io/cni/add-on-directories.ts");
      const { chmodSync, mkdirSync, statSync } = await load<typeof import("node:fs")>("node:fs");
      const paths = ["/var/lib/kubelet", "/var/lib/kubelet/pods", "/var/lib/kubelet/plugins"];
      mkdirSync("/var/lib/kubelet");
      chmodSync("/var/lib/kubelet", 0o711);
      return [
        makeAddOnDirectories(paths),
        makeAddOnDirectories(paths),
        ...paths.map((path) => (statSync(path).mode & 0o7777).toString(8)),
        process.umask().toString(8),
      ];
    });
    expect(modes).toEqual([null, null, "711", "750", "750", "77"]);
  },
);

test.skipIf(!canMount)("a path that is taken is told", async () => {
  const because = await onEmptyHost(async (load) => {
    const { makeAddOnDirectories } = await load<Make>("src/io/cni/add-on-directories.ts");
    const { writeFileSync } = await load<typeof import("node:fs")>("node:fs");
    writeFileSync("/var/lib/kubelet", "");
    return makeAddOnDirectories(["/var/lib/kubelet"]);
  });
  expect(because).toBe("EEXIST: file already exists, mkdir '/var/lib/kubelet'");
});
