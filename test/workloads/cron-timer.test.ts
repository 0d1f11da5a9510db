import { describe, expect, test } from "vitest";
import { CronHost, cronDocument, jobAt, parsedCronJob } from "./cron-base.ts";

describe("@every", () => {
  test("counts from the last time", () => {
    const every = parsedCronJob(cronDocument({ schedule: "@every 90m" }));
    const host = new CronHost()
      .run([every])
      .after(3 * 3600 + 60)
      .run([every]);
    expect([host.jobs, host.dueAt]).toEqual([[jobAt("2026-03-01T15:00Z")], Date.parse("2026-03-01T16:30:00Z")]);
  });

  test("has one Job a minute at most, because its name has the minute", () => {
    const every = parsedCronJob(cronDocument({ schedule: "@every 20s" }));
    const host = new CronHost().run([every]);
    for (let at = 0; at < 12; at++) host.after(20).run([every]).end();
    expect(host.reasons.filter((reason) => reason === "SuccessfulCreate").length).toBe(5);
  });
});

describe("the timer", () => {
  const text = (spec: object, zones = ["UTC", "Europe/Berlin"]) => {
    const cronJob = parsedCronJob(cronDocument({ ...spec }));
    const host = new CronHost();
    host.zones = new Set(zones);
    return host.run([cronJob]).timers[0]?.text.match(/^OnCalendar=.*$/gm);
  };

  test("is marked, and starts the agent's service", () => {
    expect(new CronHost().run([parsedCronJob(cronDocument())]).timers).toEqual([
      {
        name: "unitlet.default.tick.timer",
        text: expect.stringMatching(
          /^\[X-Kubernetes\]\nNamespace=default\nCronJob=tick\nCronJobUID=\S{36}\nKind=cronjob\nTextHash=\w{16}\n\n\[Unit\]\nDescription=.*\n\n\[Timer\]\nOnCalendar=\*-\*-\* \*:00:00 UTC\nPersistent=yes\nAccuracySec=1s\nUnit=unitlet-cronjob.service\n\n\[Install\]\nWantedBy=multi-user.target\n$/,
        ),
      },
    ]);
  });

  test.each([
    [{ schedule: "30 4 1 * 5" }, ["OnCalendar=*-*-01 04:30:00 UTC", "OnCalendar=Fri *-*-* 04:30:00 UTC"]],
    [{ schedule: "30 4 * * *", timeZone: "Europe/Berlin" }, ["OnCalendar=*-*-* 04:30:00 Europe/Berlin"]],
    [{ schedule: "@every 90m" }, ["OnCalendar=2026-03-01 13:30:00 UTC"]],
    [{ schedule: "30 2 * * *", timeZone: "Europe/Berlin" }, ["OnCalendar=2026-03-02 01:30:00 UTC"]],
  ])("of %j", (spec, expected) => {
    expect(text(spec)).toEqual(expected);
  });

  test("has the next time alone in a zone that systemd of the host does not know", () => {
    expect(text({ schedule: "30 4 * * *", timeZone: "Europe/Berlin" }, ["UTC"])).toEqual([
      "OnCalendar=2026-03-02 03:30:00 UTC",
    ]);
  });
});
