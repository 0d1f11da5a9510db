import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { hostPod, MANIFESTS, Shell } from "../support/standalone.ts";

let machine: Machine;
const shell = new Shell(() => machine);

const SERVE = 'exec busybox nc -ll -p 80 -e echo "I am $NAME"';
const service = (spec: object, name = "web") => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector: { role: "web" }, ports: [{ port: 80 }], ...spec },
});

/** Returns a pod of the Service, which is ready while the host has a file with its name. */
function server(name: string): object {
  const { metadata, spec, ...pod } = hostPod(name, SERVE, { hostNetwork: false }) as ReturnType<typeof JSON.parse>;
  const exec = { command: ["test", "-e", `/srv/ready-${name}`] };
  const readinessProbe = { exec, periodSeconds: 1, failureThreshold: 1 };
  const containers = [{ ...spec.containers[0], readinessProbe }];
  return { ...pod, metadata: { ...metadata, labels: { role: "web" } }, spec: { ...spec, containers } };
}

const apply = async (name: string, ...documents: readonly object[]) => {
  await machine.write(`${MANIFESTS}/${name}.yaml`, documents.map((each) => JSON.stringify(each)).join("\n---\n"));
  await machine.exec("systemctl start unitlet-sync");
};
const page = (host: string, client = "client") =>
  `unitlet exec ${client} -- timeout 5 bash -c 'cat </dev/tcp/${host}/80'`;
const addresses = (name: string, client = "client") =>
  `unitlet exec ${client} -- getent ahostsv4 ${name} | cut -d' ' -f1 | sort -u | tr '\\n' ' '`;
const addressOf = (pod: string) => shell.output(`unitlet get pod ${pod} -o json | grep -om1 '10\\.86\\.0\\.[0-9]*'`);

beforeAll(async () => {
  machine = await Machine.boot("standalone-services", { net: "private" });
  await install(machine);
  await machine.write("/etc/unitlet/unitlet.conf.d/99-test.conf", "podNetwork = bridge\n");
  await machine.exec("touch /srv/ready-one");
  await apply("client", hostPod("client", "sleep infinity", { hostNetwork: false }));
  await apply("onhost", hostPod("onhost", "sleep infinity", { hostNetwork: true }));
  await apply("other", { ...hostPod("far", "sleep infinity", { hostNetwork: false }), ...inNamespace("other", "far") });
  await shell.until("unitlet get pods -A --no-headers", /(1\/1 +Running\b[\s\S]*){3}/);
  await apply("servers", server("one"), server("two"), service({}));
  await shell.until(addresses("web"), /10\.86/);
});

afterAll(() => machine[Symbol.asyncDispose]());

function inNamespace(namespace: string, name: string): object {
  return { metadata: { namespace, name } };
}

test.each(["web", "web.default", "web.default.svc", "web.default.svc.cluster.local"])(
  "a pod that ran before the Service connects to it as %s",
  async (name) => {
    expect(await shell.output(page(name))).toBe("I am one\n");
  },
);

test("a pod of another namespace has the longer names alone", async () => {
  expect(await shell.output(page("web.default", "-n other far"))).toBe("I am one\n");
  expect(await shell.output(`unitlet exec -n other far -- getent hosts web || echo none`)).toBe("none\n");
});

test("readiness adds an address and takes it away, in the file that containers have", async () => {
  const [one, two] = [(await addressOf("one")).trim(), (await addressOf("two")).trim()];
  expect(await shell.output(addresses("web"))).toBe(`${one} `);
  await machine.exec("touch /srv/ready-two");
  await shell.until(addresses("web"), new RegExp(`^${[one, two].toSorted().join(" ")} $`));
  await machine.exec("rm /srv/ready-one");
  await shell.until(addresses("web"), new RegExp(`^${two} $`));
  expect(await shell.output(page("web"))).toBe("I am two\n");
});

test("nothing is written while nothing changes", async () => {
  const written = "stat -c %y /run/unitlet/pods/*/hosts";
  const before = await shell.output(written);
  await machine.exec("for i in 1 2 3; do systemctl start unitlet-sync; done");
  expect(await shell.output(written)).toBe(before);
});

test("a pod on the host's network has the names once it starts again, and no restart before", async () => {
  const restarts = "unitlet get pod onhost -o json | grep restartCount";
  expect(await shell.output(restarts)).toContain("0");
  await machine.exec("systemctl restart unitlet.default.onhost.main.service");
  await shell.until(addresses("web", "onhost"), /^10\.86\.\S+ $/);
  expect(await shell.output("unitlet exec onhost -- cat /etc/hosts")).toContain("localhost");
});

test("get and describe show the Service, its endpoints and what it does not get", async () => {
  await apply("named", service({ type: "NodePort", ports: [{ port: 8000, targetPort: 80 }] }, "named"));
  const two = (await addressOf("two")).trim();
  expect(await shell.output("unitlet get svc named --no-headers")).toMatch(/^named +NodePort +None +<none> +8000\/TCP/);
  const shown = await shell.output("unitlet describe svc named");
  expect(shown).toContain(`${two}:80\n`);
  const limits = "port 8000 is not translated. Clients of its name connect to port 80";
  expect(shown).toContain(limits);
  expect(await shell.output("journalctl -q -o cat -u unitlet-sync")).toContain(`service default/named: ${limits}`);
});

test("a mistake in a file takes no name away", async () => {
  await apply("named", { ...service({ port: 1 }, "named") });
  await shell.until("journalctl -q -o cat -u unitlet-sync", /unknown field/);
  expect(await shell.output(addresses("named"))).toMatch(/^10\.86\.\S+ $/);
  await machine.exec(`rm ${MANIFESTS}/named.yaml; systemctl start unitlet-sync`);
  await shell.until(`${addresses("named")}; true`, /^$/);
});

test("a deleted Service and a deleted pod leave no address", async () => {
  await machine.exec("touch /srv/ready-one");
  await shell.until(addresses("web"), /^10\.86\.\S+ 10\.86\.\S+ $/);
  await machine.exec("unitlet delete pod two");
  await shell.until(addresses("web"), /^10\.86\.\S+ $/);
  await machine.exec("unitlet delete svc web");
  await shell.until(`${addresses("web")}; true`, /^$/);
});
