import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JoinedHost, PKI } from "../support/joined-host.ts";

const SERVING = `${PKI}/serving-current.pem`;

let host: JoinedHost;

beforeAll(async () => {
  host = await JoinedHost.boot("rotation");
});

afterAll(() => host.machine[Symbol.asyncDispose]());

/** By an account that may do what the manifest in docs/join.md allows, and nothing else. */
async function approveAsDocumented(name: string): Promise<void> {
  const page = readFileSync("docs/join.md", "utf8");
  const manifest = /<!-- approver:[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  await host.cluster.apply(manifest);
  const account = "--as=system:serviceaccount:kube-system:kubelet-serving-approver";
  await host.cluster.kubectl([account, "certificate", "approve", name]);
}

test("a serving certificate is asked for once, with the node's addresses, and served when it is approved", async () => {
  const { machine } = host;
  await host.sync();
  await host.sync();
  const names = await host.requests("kubelet-serving");
  expect(names).toHaveLength(1);
  expect(await host.say(`stat -c %a ${PKI}/serving-pending.json`)).toBe("600\n");
  await machine.write("/root/ca.crt", readFileSync(host.cluster.ca));
  const healthz = `curl -sS --cacert /root/ca.crt https://${machine.address}:10250/healthz -o /dev/null -w '%{ssl_verify_result}'`;
  expect(await host.say(healthz)).not.toBe("0");
  await approveAsDocumented(names[0] ?? "");
  await host.syncUntil(() => host.say(`ls ${SERVING}`), "the serving certificate");
  const made = await host.certificate(SERVING);
  expect(made.subject).toBe(`O=system:nodes\nCN=${host.user}`);
  expect([made.checkIP(machine.address), made.checkHost("rotation")]).toEqual([machine.address, "rotation"]);
  expect(await host.say(healthz)).toBe("0");
  expect(await host.say(`ls ${PKI}`)).not.toContain("pending");
});

test("an idle run sends no request about valid certificates", async () => {
  const stamp = () => host.say(`stat -c %z /run/unitlet/credentials.json; ls -la ${PKI}`);
  await host.sync();
  const before = await stamp();
  await host.say("for i in 1 2 3; do rm -f /run/unitlet/lease; systemctl start unitlet-sync; done");
  expect(await stamp()).toBe(before);
});

test("a certificate request that waits for approval has an Event of the Node", async () => {
  await host.machine.exec(`rm ${PKI}/serving-*`);
  const words = "kubectl certificate approve unitlet-serving-";
  await host.syncUntil(async () => (await host.events("CertificatePending")).includes(words), "the event");
});

test("without a fallback the port is not served before there is a certificate, and says why", async () => {
  const setting = "/etc/unitlet/unitlet.conf.d/90-test.conf";
  await host.machine.write(setting, "servingCertificate = csr\n");
  const refused = await host.say("curl -sk -m 30 https://127.0.0.1:10250/healthz -o /dev/null; echo $?");
  expect(refused).not.toBe("0\n");
  const said = async () =>
    (await host.say("journalctl -q -u unitlet-api -o cat")).includes("no request of this node for");
  await host.machine.until(said, { what: "why the port is not served" });
  expect((await host.doctor()).stdout).toMatch(
    /^warning: serving certificate: waits .*the port is not served until then/m,
  );
  await host.machine.exec(`rm ${setting}; systemctl stop unitlet-api.service`);
});

test("a denied request is reported and abandoned; the next one has another key", async () => {
  const [name = ""] = (await host.requests("kubelet-serving")).toReversed();
  const key = await host.machine.read(`${PKI}/serving-pending.json`);
  await host.cluster.kubectl(["certificate", "deny", name]);
  await host.syncUntil(
    async () => (await host.events("CertificateRefused")).includes(`${name} was denied`),
    "the event",
  );
  expect(await host.journal()).toContain(`${name} was denied`);
  await host.sync();
  expect(await host.requests("kubelet-serving")).not.toEqual([name]);
  expect(await host.machine.read(`${PKI}/serving-pending.json`)).not.toBe(key);
  await host.approve("kubelet-serving");
  await host.syncUntil(() => host.say(`ls ${SERVING}`), "the serving certificate");
});

test("a client certificate that is due is renewed by ordinary runs, and all goes on with the new one", async () => {
  const old = await host.replaceClient(-60, 5);
  await host.syncUntil(async () => (await host.certificate()).serialNumber !== old, "another certificate");
  expect(await host.say(`stat -c %a ${PKI}/client-current.pem`)).toBe("600\n");
  await host.sync();
  expect(await host.ready()).toMatchObject({ status: "True" });
  expect(await host.journal()).toContain("certificate kind=client until=");
});

test("runs that are killed between request and issue leave nothing that the next ones cannot finish", async () => {
  const made = (await host.requests("kube-apiserver-client-kubelet")).length;
  const old = await host.replaceClient(-60, 5);
  for (const after of [60, 90, 110, 120, 130, 140, 150, 170, 200]) {
    await host.say("rm -f /run/unitlet/credentials.json /run/unitlet/lease; systemctl start --no-block unitlet-sync");
    await sleep(after);
    await host.say("systemctl kill -s KILL unitlet-sync.service; systemctl reset-failed unitlet-sync.service");
  }
  await host.syncUntil(async () => (await host.certificate()).serialNumber !== old, "another certificate");
  expect((await host.requests("kube-apiserver-client-kubelet")).length).toBe(made + 1);
  await host.sync();
  expect(await host.say(`ls -A ${PKI}`)).toBe("client-current.pem\nserving-current.pem\n");
});
