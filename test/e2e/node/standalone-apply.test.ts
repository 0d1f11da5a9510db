import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { hostPod, MANIFESTS, Shell } from "../support/standalone.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-apply", { net: "private" });
  await install(machine);
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { key: "hunter2" } };
  const documents = [hostPod("web", SLEEP), FRONT, secret].map((each) => JSON.stringify(each));
  await machine.write(`${MANIFESTS}/all.json`, documents.join("\n---\n"), 0o600);
  await untilOutput("unitlet get pods", /^web +1\/1 /m, /^front-\S+ +1\/1 /m);
});

afterAll(() => machine[Symbol.asyncDispose]());

const SLEEP = "exec sleep infinity";
const FRONT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "front" },
  spec: {
    selector: { matchLabels: { app: "front" } },
    template: {
      metadata: { labels: { app: "front" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: "host", command: ["sleep", "infinity"] }],
      },
    },
  },
};

const shell = new Shell(() => machine);
const output = (command: string) => shell.output(command);
const untilOutput = (command: string, ...patterns: readonly RegExp[]) => shell.until(command, ...patterns);

const FILE = "/root/new.yaml";
const NEW = `# a new pod
apiVersion: v1
kind: Pod
metadata: { name: new }
spec:
  terminationGracePeriodSeconds: 600
  containers:
    - { name: main, image: host, command: [sleep, infinity] } # it ignores SIGTERM
`;

test("a mistake is told with file, line and field, and nothing is written", async () => {
  await machine.write(FILE, NEW.replace("image: host", "imagee: host"));
  const { stderr, code } = await machine.exec(["unitlet", "apply", "-f", FILE], { allowFailure: true });
  expect(stderr).toMatch(/^error: \/root\/new\.yaml:8: spec\.containers\[0\]\.imagee: /);
  expect(code).toBe(1);
  expect(await output(`ls ${MANIFESTS}`)).toBe("all.json\n");
});

test("an object is created, then unchanged, then configured, with its comments", async () => {
  await machine.write(FILE, NEW);
  expect(await output(`unitlet apply -f ${FILE} --dry-run`)).toBe("pod/new created (dry run)\n");
  expect(await output(`unitlet apply -f ${FILE}`)).toBe("pod/new created\n");
  expect(await output(`unitlet apply -f - <${FILE}`)).toBe("pod/new unchanged\n");
  expect(await output(`cat ${MANIFESTS}/default.pod.new.yaml`)).toBe(NEW);
  await untilOutput("unitlet get pod new", /^new +1\/1 +Running /m);
  await machine.write(FILE, NEW.replace("name: new", "name: new, labels: { app: new }"));
  expect(await output(`unitlet apply -f ${FILE}`)).toBe("pod/new configured\n");
  await untilOutput("unitlet get pods -l app=new -o name", /^pod\/new\n$/);
});

test("the output of get -o yaml is unchanged, and edited it keeps nothing that a server sets", async () => {
  await machine.exec(`unitlet get pod new -o yaml >${FILE}`);
  expect(await output(`cat ${FILE}`)).toMatch(/^ {2}uid: /m);
  expect(await output(`unitlet apply -f ${FILE}`)).toBe("pod/new unchanged\n");
  await machine.exec(`sed -i 's/app: new/app: newer/' ${FILE}`);
  expect(await output(`unitlet apply -f ${FILE}`)).toBe("pod/new configured\n");
  expect(await output(`cat ${MANIFESTS}/default.pod.new.yaml`)).not.toMatch(
    /uid|status|resourceVersion|creationTimestamp/,
  );
  await untilOutput("unitlet get pods -l app=newer -o name", /^pod\/new\n$/);
});

test("delete waits for the end, within the grace period that it is given", async () => {
  const script = 'trap "" TERM; while :; do sleep 0.1; done';
  await machine.write(FILE, JSON.stringify(hostPod("stubborn", script, { terminationGracePeriodSeconds: 3600 })));
  await machine.exec(`unitlet apply -f ${FILE}`);
  await untilOutput("unitlet get pod stubborn", /^stubborn +1\/1 +Running /m);
  expect(await output("unitlet delete pod/stubborn pod/new --now")).toBe(
    'pod "stubborn" deleted from default namespace\npod "new" deleted from default namespace\n',
  );
  expect(await output("unitlet get pods -o name")).not.toMatch(/new|stubborn/);
  expect(await output(`ls ${MANIFESTS}; systemctl list-units --plain --no-legend 'unitlet.default.stubborn.*'`)).toBe(
    "all.json\n",
  );
});

test("a pod that a Deployment has made cannot be deleted alone", async () => {
  const name = (await output("unitlet get pods -l app=front -o name")).trim();
  const { stderr, code } = await machine.exec(["unitlet", "delete", name], { allowFailure: true });
  expect(stderr).toMatch(/^error: pod front-\S+ belongs to deployment\/front, which would make another one: /);
  expect(code).toBe(1);
});

test("an object among others in a file leaves the others", async () => {
  const { stdout, stderr } = await machine.exec("unitlet delete deploy front");
  expect(stdout).toBe('deployment.apps "front" deleted from default namespace\n');
  expect(stderr).toBe(`edited ${MANIFESTS}/all.json, which has other objects\n`);
  await untilOutput("unitlet get all -o name", /^pod\/web\n$/);
  expect(await output("unitlet get secrets -o name")).toBe("secret/key\n");
});

test("several objects of one file are changed and deleted together", async () => {
  const map = (name: string, value: string) =>
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } });
  await machine.write(`${MANIFESTS}/maps.json`, [map("one", "1"), map("two", "2")].join("\n---\n"));
  await machine.write(FILE, [map("one", "longer"), map("two", "longer")].join("\n---\n"));
  expect(await output(`unitlet apply -f ${FILE}`)).toBe("configmap/one configured\nconfigmap/two configured\n");
  expect(await output(`unitlet delete -f ${FILE}`)).toBe(
    'configmap "one" deleted from default namespace\nconfigmap "two" deleted from default namespace\n',
  );
  expect(await output(`ls ${MANIFESTS}`)).toBe("all.json\n");
});

test("what is not there", async () => {
  const { stderr, code } = await machine.exec("unitlet delete pod absent", { allowFailure: true });
  expect([stderr, code]).toEqual(['Error (NotFound): pods "absent" not found\n', 1]);
  await machine.exec("unitlet delete pod absent --ignore-not-found");
});
