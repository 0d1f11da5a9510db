import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const FILE = "/etc/unitlet/manifests/cron.yaml";
const TIMER = "unitlet.default.tick.timer";
/** A time of a schedule by the minute, on a busy computer. */
const A_MINUTE = { timeout: 150_000 };

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("cron-jobs", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

/** Returns a CronJob whose container executes a script. */
function cronJob(name: string, schedule: string, script: string, spec: object = {}): object {
  const container = { name: "main", command: ["sh", "-c", script] };
  const pod = { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers: [container] };
  const jobTemplate = { spec: { template: { spec: pod } } };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec: { schedule, jobTemplate, ...spec } };
}

const output = async (command: string) => (await machine.exec(command)).stdout;

async function place(...documents: readonly object[]): Promise<void> {
  await machine.write(FILE, documents.map((each) => JSON.stringify(each)).join("\n---\n"), 0o644);
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

/** Waits until a command prints what matches. */
async function untilOutput(
  command: string,
  pattern: RegExp,
  options: { readonly timeout?: number } = {},
): Promise<void> {
  const look = async () => {
    const text = await output(command);
    return [pattern.test(text), text] as const;
  };
  await machine.until(look, { what: `${command}: ${pattern}`, ...options });
}

const STATES = "/var/lib/unitlet/cronjobs/*.json";
const LOG = "journalctl --namespace=unitlet.default -q -o cat _TRANSPORT=stdout";
const RUNNING = "systemctl list-units --plain --no-legend --state=running 'unitlet.default.*.service'";
/** Lets the next run look at all, like one that begins a minute later. */
const LOOK = "touch /etc/unitlet/unitlet.conf";
const JOURNAL = "journalctl --sync; journalctl -q -o cat -u unitlet-sync";

test("the plan of a file has its timer, and render prints it", async () => {
  await machine.write(
    "/root/tick.yaml",
    JSON.stringify(cronJob("tick", "*/5 3 * * mon", "true", { timeZone: "Europe/Berlin" })),
  );
  const planned = await machine.exec("unitlet plan -f /root/tick.yaml", { allowFailure: true });
  expect(planned.stdout).toContain(`cronjob default/tick:\n  + ${TIMER}: the CronJob has no timer\n`);
  const rendered = await output("unitlet render /root/tick.yaml");
  expect(rendered).toContain(
    "OnCalendar=Mon *-*-* 03:00,05,10,15,20,25,30,35,40,45,50,55:00 Europe/Berlin\nPersistent=yes",
  );
  expect(rendered).toMatch(/^# Pod default\/tick-\d+-\w{5}$/m);
});

test("a schedule that the API server refuses is a mistake of the file, with its line and field", async () => {
  await place(cronJob("tick", "61 * * * *", "true"));
  await untilOutput(JOURNAL, /cron\.yaml:1: spec\.schedule: has the minute \\"61\\": expected 0 to 59/);
});

describe("by the minute", () => {
  test("systemd has the timer, and the status shows the CronJob", async () => {
    // Without them only the timers of the CronJobs and this test start runs.
    await machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
    await place(
      cronJob("tick", "* * * * *", "echo it is time"),
      cronJob("forbid", "* * * * *", "exec sleep infinity", { concurrencyPolicy: "Forbid" }),
      cronJob("replace", "* * * * *", "exec sleep infinity", { concurrencyPolicy: "Replace" }),
      cronJob("waiting", "* * * * *", "true", { suspend: true }),
    );
    await untilOutput("systemctl list-timers --no-legend", /unitlet\.default\.tick\.timer +unitlet-cronjob\.service/);
    expect(await output(`systemctl is-active ${TIMER}`)).toBe("active\n");
    expect(await output(`cat /etc/systemd/system/${TIMER}`)).toMatch(
      /^\[X-Kubernetes\]\nNamespace=default\nCronJob=tick\n/,
    );
    await untilOutput("unitlet status", /^default +tick +\* \* \* \* \* +\S+ +False +\d +\S+$/m);
  });

  test("a timer that was removed, edited or stopped comes back", async () => {
    await machine.exec(
      `rm /etc/systemd/system/${TIMER}; systemctl daemon-reload; ${LOOK}; systemctl start unitlet-sync`,
    );
    await untilOutput(`systemctl is-active ${TIMER} || true`, /^active$/m);
    await machine.exec(
      `sed -i 's/AccuracySec=.*/AccuracySec=5h/' /etc/systemd/system/${TIMER}; ${LOOK}; systemctl start unitlet-sync`,
    );
    await untilOutput(`cat /etc/systemd/system/${TIMER}`, /AccuracySec=1s/);
  });

  test("suspended it has no timer", async () => {
    expect(await output("ls /etc/systemd/system/unitlet.default.waiting.timer 2>&1 || true")).toMatch(/No such file/);
    await untilOutput("unitlet status", /^default +waiting +.* +True +0 +\S+$/m);
  });

  test("a time that has passed has a Job at once", async () => {
    // The host takes itself for one that has had the CronJobs for 90 s.
    const since = "'$(($(date +%s) - 90))'000";
    await machine.exec(`sed -i 's/"since":[0-9]*/"since":${since}/' ${STATES}; ${LOOK}; systemctl start unitlet-sync`);
    await untilOutput(RUNNING, /^unitlet\.default\.forbid-.*\nunitlet\.default\.replace-.*\n$/);
    expect(await output(JOURNAL)).toMatch(
      /event cronjob=default\/tick reason=SuccessfulCreate message="Created job tick-\d{8}"/,
    );
  });

  test("it fires without the agent's timer and its path unit", async () => {
    const before = Number(await output(`${LOG} | wc -l`));
    const more = async () => {
      const lines = await output(`${LOG} | wc -l`);
      return [Number(lines) > before, lines] as const;
    };
    await machine.until(more, { what: "a line of the next Job", ...A_MINUTE });
  });

  test("Forbid waits for the Job that runs, and Replace ends it", async () => {
    await untilOutput(JOURNAL, /cronjob=default\/forbid reason=JobAlreadyActive/, A_MINUTE);
    await untilOutput(
      JOURNAL,
      /cronjob=default\/replace reason=SuccessfulDelete message="Deleted job replace-\d+"/,
      A_MINUTE,
    );
    await machine.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
    await untilOutput(RUNNING, /^unitlet\.default\.forbid-.*\nunitlet\.default\.replace-.*\n$/);
    await untilOutput("unitlet status", /^default +Job +tick-\d{8} +1\/1 +Complete$/m);
  });

  test("a run with nothing to do changes nothing", async () => {
    await untilOutput("unitlet plan || true", /^Nothing to do\.\n$/);
  });

  test("after runs that had nothing to do, the next tick sees an edited timer, and one that is gone", async () => {
    const path = `/etc/systemd/system/${TIMER}`;
    const isIdle = `[ /run/unitlet/unchanged -nt ${path} ] && echo idle || true`;
    await untilOutput(isIdle, /idle/, A_MINUTE);
    // The file is written in its place, so that its directory stays as it is.
    await machine.exec(`text=$(cat ${path}); echo "$text" | sed 's/AccuracySec=.*/AccuracySec=5h/' >${path}`);
    await untilOutput(`cat ${path}`, /AccuracySec=1s/, { timeout: 20_000 });
    await untilOutput(isIdle, /idle/, A_MINUTE);
    await machine.exec(`rm ${path}`);
    await untilOutput(`ls ${path} 2>&1 || true`, /^\/etc/, { timeout: 20_000 });
  });

  test("a removed manifest takes the Jobs and the timers along", async () => {
    await machine.exec(`rm ${FILE}; systemctl start unitlet-sync`);
    await untilOutput("ls /etc/systemd/system | grep -c '^unitlet\\.default\\.' || true", /^0$/m);
    await untilOutput(
      "ls /var/lib/unitlet/cronjobs /var/lib/unitlet/workloads /var/lib/systemd/timers | grep -c '[.]json\\|unitlet.default' || true",
      /^0$/m,
    );
  });
});

/** Lets the host take a year as passed. */
const MISS = `sed -i 's/"since":[0-9]*/"since":1577836800000/' ${STATES}`;

test("runs that are killed at any moment give a missed time one Job", async () => {
  await place(cronJob("killed", "0 0 1 1 *", "echo once"));
  await machine.exec(`systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service; ${MISS}
    for run in $(seq 16); do
      ${LOOK}
      systemctl start --no-block unitlet-sync
      sleep 0.$(printf %02d $((run * 4)))
      systemctl kill --signal=KILL --kill-whom=main unitlet-sync 2>/dev/null
    done
    systemctl start unitlet-sync.timer unitlet-sync.path`);
  await untilOutput("unitlet status", /^default +Job +killed-\d{8} +1\/1 +Complete$/m);
  await untilOutput("unitlet plan || true", /^Nothing to do\.\n$/);
  expect((await output(LOG)).match(/once/g)).toEqual(["once"]);
});

test("a time that passes while the host is off has a Job after the boot, once, and not after its deadline", async () => {
  await place(
    cronJob("yearly", "0 0 1 1 *", "echo happy new year"),
    cronJob("late", "0 0 1 1 *", "echo late", { startingDeadlineSeconds: 60 }),
  );
  await untilOutput("ls /etc/systemd/system", /unitlet\.default\.yearly\.timer/);
  // After the boot only the timer of the CronJob starts a run.
  await machine.exec(`systemctl disable --now unitlet-sync.timer unitlet-sync.path; ${MISS}`);
  await machine.exec("touch -d '2 years ago' /var/lib/systemd/timers/stamp-unitlet.default.*.timer");
  await machine.reboot();
  await untilOutput(LOG, /^happy new year$/m);
  await machine.exec("systemctl enable --now unitlet-sync.timer unitlet-sync.path");
  await untilOutput("unitlet status", /^default +Job +yearly-\d{8} +1\/1 +Complete$/m);
  expect(await output(JOURNAL)).toMatch(/cronjob=default\/late reason=MissSchedule/);
  expect((await output(LOG)).match(/happy new year|late/g)).toEqual(["happy new year"]);
});
