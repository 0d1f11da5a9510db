import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/pods/cron-job-store.ts");
type Base = typeof import("../../workloads/cron-base.ts");
type Node = typeof import("node:fs");

test.skipIf(!canMount)(
  "the store returns what was stored, takes damaged files for lost, and keeps no other",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { readCronJobStates, writeCronJobStates } = await load<Subject>("src/io/pods/cron-job-store.ts");
      const { CronHost, cronDocument, parsedCronJob } = await load<Base>("test/workloads/cron-base.ts");
      const { readdirSync, writeFileSync } = await load<Node>("node:fs");
      const directory = "/var/lib/unitlet/cronjobs";
      const cronJob = parsedCronJob(cronDocument());
      const { states } = new CronHost().run([cronJob]).after(3600).run([cronJob]);
      writeCronJobStates(states);
      const same = JSON.stringify(readCronJobStates()) === JSON.stringify(states);
      const [own = ""] = readdirSync(directory);
      writeFileSync(`${directory}/${own}`, "{}");
      writeFileSync(`${directory}/other.json`, JSON.stringify(states[0]));
      const damaged = readCronJobStates();
      writeCronJobStates(states);
      const files = readdirSync(directory);
      writeCronJobStates([]);
      return { same, damaged, files, own, left: readdirSync(directory) };
    });
    expect(seen).toEqual({ same: true, damaged: [], files: [seen.own], own: expect.any(String), left: [] });
  },
);

test.skipIf(!canMount)(
  "a host that joins a cluster forgets the CronJobs of its directory with their Jobs",
  async () => {
    const left = await onEmptyHost(async (load) => {
      const { readCronJobStates, writeCronJobStates } = await load<Subject>("src/io/pods/cron-job-store.ts");
      const { CronHost, cronDocument, parsedCronJob } = await load<Base>("test/workloads/cron-base.ts");
      const { saveNodeName } =
        await load<typeof import("../../../src/io/kube/node-name.ts")>("src/io/kube/node-name.ts");
      writeCronJobStates(new CronHost().run([parsedCronJob(cronDocument())]).states);
      const before = readCronJobStates().length;
      saveNodeName("node");
      return [before, readCronJobStates().length];
    });
    expect(left).toEqual([1, 0]);
  },
);
