import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { hostPod, MANIFESTS, Shell } from "../support/standalone.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-verbs", { net: "private" });
  await install(machine);
  await machine.write(`${MANIFESTS}/all.json`, OBJECTS.map((each) => JSON.stringify(each)).join("\n---\n"), 0o600);
  await untilOutput("unitlet get pods", /^web +1\/1 +Running +0 /m, /^crash +0\/1 +(Error|CrashLoopBackOff) /m);
});

afterAll(() => machine[Symbol.asyncDispose]());

const SCRIPT = 'echo "first of $NAME"; echo second; trap "exit 0" TERM; while :; do sleep 0.1; done';
const OBJECTS = [
  hostPod("web", SCRIPT),
  hostPod("crash", "echo before the end; exit 3"),
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "front" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "front" } },
      template: {
        metadata: { labels: { app: "front" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "main", image: "host", command: ["sleep", "infinity"] }],
        },
      },
    },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { key: "hunter2" } },
];

const shell = new Shell(() => machine);
const output = (command: string) => shell.output(command);
const untilOutput = (command: string, ...patterns: readonly RegExp[]) => shell.until(command, ...patterns);

describe("get", () => {
  test("a Deployment with its pods, by label", async () => {
    await untilOutput(
      "unitlet get all -l app=front",
      /^NAME +READY +STATUS +RESTARTS +AGE\n(pod\/front-\S+ +1\/1 +Running +0 +\d+s\n){2}$/,
    );
    await untilOutput(
      "unitlet get deploy",
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nfront +2\/2 +2 +2 +\d+m?\d*s\n$/,
    );
  });

  test("names, and what was not found, with exit status 1", async () => {
    const { stdout, stderr, code } = await machine.exec("unitlet get pod web absent -o name", { allowFailure: true });
    expect([stdout, stderr, code]).toEqual(["pod/web\n", 'Error (NotFound): pods "absent" not found\n', 1]);
  });

  test("an empty namespace, with exit status 0", async () => {
    const { stdout, stderr } = await machine.exec("unitlet get pods -n other");
    expect([stdout, stderr]).toEqual(["", "No resources found in other namespace.\n"]);
  });

  test("a pod in JSON has its status, and a Secret its values in base64", async () => {
    expect(JSON.parse(await output("unitlet get pod web -o json"))).toMatchObject({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      status: { phase: "Running" },
    });
    expect(await output("unitlet get secret key -o yaml")).toContain("data:\n  key: aHVudGVyMg==\n");
  });

  test("-w shows a pod again when it changes", async () => {
    await machine.exec("systemd-run -q --unit=watch sh -c 'exec unitlet get pods -w --no-headers >/root/watch'");
    await untilOutput("cat /root/watch", /^web +1\/1 +Running +0 /m);
    await machine.exec("systemctl kill --signal=KILL unitlet.default.web.main.service");
    await untilOutput("cat /root/watch", /^web +1\/1 +Running +1 /m);
    await machine.exec("systemctl stop watch");
  });
});

describe("describe", () => {
  test("a pod that crashes: its unit, its last exit, and the Events", async () => {
    await untilOutput(
      "unitlet describe pod crash",
      /^Name: +crash$/m,
      /^ {4}Unit: +unitlet\.default\.crash\.main\.service$/m,
      /^ {4}Last State: +Terminated\n {6}Reason: +Error\n {6}Exit Code: +3$/m,
      /^ {2}unitlet\.default\.crash\.main\.service +\w+ \(.+\)$/m,
      /^ {2}Warning +BackOff +\S+( \(x\d+ over \w+\))? +Back-off restarting failed container/m,
    );
  });

  test("a Deployment has its pods, and a Secret is not shown", async () => {
    await untilOutput(
      "unitlet describe deploy/front",
      /^Ready: +2\/2$/m,
      /^Pods:\n +NAME .*\n( {2}front-\S+ +1\/1.*\n){2}$/m,
    );
    expect(await output("unitlet describe secret key")).toMatch(/^Data\n====\nkey: {2}7 bytes\n$/m);
  });
});

describe("logs", () => {
  test("all lines, the last one, and with prefix and timestamps", async () => {
    await untilOutput("unitlet logs web", /^(first of web\nsecond\n)$/);
    expect(await output("unitlet logs web --tail 1")).toBe("second\n");
    expect(await output("unitlet logs -l app=web --prefix --timestamps --tail 1")).toMatch(
      /^\[pod\/web\/main\] \d{4}-\d\d-\d\dT[\d:.]+Z second\n$/,
    );
  });

  test("the run before the last restart", async () => {
    await untilOutput("unitlet logs crash --previous", /^before the end\n$/);
  });

  test("-f goes on until the container ends", async () => {
    await machine.exec("systemd-run -q --unit=follow sh -c 'exec unitlet logs -f web >/root/follow'");
    await untilOutput("cat /root/follow", /^first of web\nsecond\n$/);
    await machine.exec("systemctl kill --signal=KILL unitlet.default.web.main.service");
    await untilOutput("systemctl is-active follow || true", /^inactive$/m);
  });

  test("a container that has no log", async () => {
    const { stderr, code } = await machine.exec("unitlet logs web -c other", { allowFailure: true });
    expect([stderr, code]).toEqual(["error: container other is not valid for pod web: expected one of main\n", 1]);
  });
});

describe("exec", () => {
  beforeAll(() => untilOutput("unitlet get pod web", /^web +1\/1 +Running /m));

  test("has the variables of the container, its own streams, and the exit status", async () => {
    const command = 'echo "a word" | unitlet exec -i web -- sh -c \'cat; echo "$NAME"; echo err >&2; exit 7\'';
    const { stdout, stderr, code } = await machine.exec(command, { allowFailure: true });
    expect([stdout, stderr, code]).toEqual(["a word\nweb\n", "err\ncommand terminated with exit code 7\n", 7]);
  });

  test("runs in the cgroup of the container", async () => {
    expect(await output("unitlet exec deploy/front -- cat /proc/self/cgroup")).toContain("unitlet.default.front-");
  });

  test("a program that does not exist has the status of a shell", async () => {
    const { code } = await machine.exec("unitlet exec web -- /no/program", { allowFailure: true });
    expect(code).toBe(127);
  });

  test("a terminal of its own, with the size of the caller's", async () => {
    // The size may come after the program has started, as with kubectl.
    const program = "test -t 0; until stty size | grep -v '^0 0'; do sleep 0.1; done";
    const script = `stty rows 33 cols 99; unitlet exec -it web -- sh -c \\"${program}\\"`;
    expect(await output(`script -qec "${script}" /dev/null`)).toMatch(/33 99\r*$/m);
  });

  test("a container that does not run", async () => {
    await untilOutput("unitlet get pod crash", /CrashLoopBackOff/);
    const { stderr, code } = await machine.exec("unitlet exec crash -- true", { allowFailure: true });
    expect([stderr, code]).toEqual([
      "error: container main of pod crash does not run: unitlet describe pod crash -n default says why\n",
      1,
    ]);
  });
});
