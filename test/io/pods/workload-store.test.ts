import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/workload-store.ts");
type Base = typeof import("../../workloads/base.ts");
type Node = typeof import("node:fs");

describe.skipIf(!canMount)("the store of workloads", () => {
  test("returns what was stored, and keeps no file of another workload", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readWorkloadStates, writeWorkloadStates } = await load<Subject>("src/io/pods/workload-store.ts");
      const { document, Host, parsed } = await load<Base>("test/workloads/base.ts");
      const { readdirSync } = await load<Node>("node:fs");
      const [web, job] = [parsed(document("Deployment")), parsed(document("Job"))];
      const host = new Host().run([web, job]);
      writeWorkloadStates(host.states);
      const same = JSON.stringify(readWorkloadStates()) === JSON.stringify(host.states);
      writeWorkloadStates(host.run([web]).gone().states.slice(0, 1));
      return {
        same,
        kinds: readWorkloadStates().map(({ kind }) => kind),
        files: readdirSync("/var/lib/unitlet/workloads"),
      };
    });
    expect(seen).toEqual({
      same: true,
      kinds: ["Deployment"],
      files: [expect.stringMatching(/^[0-9a-f]{32}\.json$/)],
    });
  });

  test("takes damaged files for lost, and removes them", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readWorkloadStates, writeWorkloadStates } = await load<Subject>("src/io/pods/workload-store.ts");
      const { document, Host, parsed } = await load<Base>("test/workloads/base.ts");
      const { readdirSync, readFileSync, writeFileSync } = await load<Node>("node:fs");
      const { states } = new Host().run([parsed(document("Deployment"))]);
      writeWorkloadStates(states);
      const directory = "/var/lib/unitlet/workloads";
      const [own = ""] = readdirSync(directory);
      const text = readFileSync(`${directory}/${own}`, "utf8");
      const { kind: _, ...unkind } = JSON.parse(text);
      const damaged = ["", "null", "5", '{"pods":[]}', '{"kind":"Pod","pods":[{}]}', JSON.stringify(unkind), text];
      for (const [at, content] of damaged.entries()) writeFileSync(`${directory}/${at}.json`, content);
      const read = readWorkloadStates().length;
      writeWorkloadStates(states);
      return { read, left: readdirSync(directory).length };
    });
    expect(seen).toEqual({ read: 1, left: 1 });
  });

  test("on a full disk names the workloads that it cannot store, and forgets no pod", async () => {
    const seen = await onEmptyHost(async (load) => {
      const store = await load<Subject>("src/io/pods/workload-store.ts");
      const { document, Host, parsed } = await load<Base>("test/workloads/base.ts");
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const { mkdirSync, writeFileSync } = await load<Node>("node:fs");
      mkdirSync("/var/lib/unitlet");
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", "/var/lib/unitlet"]);
      const [web, job] = [parsed(document("Deployment")), parsed(document("Job"))];
      const host = new Host().run([web]);
      store.writeWorkloadStates(host.states);
      try {
        writeFileSync("/var/lib/unitlet/full", Buffer.alloc(100_000));
      } catch {}
      const failed = store.writeWorkloadStates(host.run([web, job]).states);
      let because = "";
      try {
        store.forgetOwnedPod(host.pods[0]?.pod.metadata.uid ?? "");
      } catch (error) {
        because = (error as Error).message;
      }
      return {
        failed: failed.map(({ state, because: why }) => [state.kind, why]),
        because,
        left: store.ownedUIDs().length,
      };
    });
    expect(seen).toEqual({
      failed: [["Job", "ENOSPC: no space left on device"]],
      because: expect.stringMatching(/^ENOSPC: /),
      left: 1,
    });
  });

  test("leaves a disk that is read-only as it is", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readWorkloadStates, writeWorkloadStates } = await load<Subject>("src/io/pods/workload-store.ts");
      const { document, Host, parsed } = await load<Base>("test/workloads/base.ts");
      const { execFileSync } = await load<typeof import("node:child_process")>("node:child_process");
      const host = new Host().run([parsed(document("Deployment"))]);
      writeWorkloadStates(host.states);
      execFileSync("mount", ["-o", "remount,ro", "/var/lib"]);
      const [none, job] = [[], new Host().run([parsed(document("Job"))]).states].map(writeWorkloadStates);
      return { none, job: job?.map(({ because }) => because), left: readWorkloadStates().length };
    });
    expect(seen).toEqual({ none: [], job: [expect.stringMatching(/^EROFS: /)], left: 1 });
  });
});
