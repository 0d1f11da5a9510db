import { afterAll, beforeAll, expect, test } from "vitest";
import { signCertificate } from "../../support/sign-certificate.ts";
import { JoinedHost } from "../support/joined-host.ts";

let host: JoinedHost;

beforeAll(async () => {
  host = await JoinedHost.boot("expiry");
});

afterAll(() => host.machine[Symbol.asyncDispose]());

test("a certificate that is about to end makes the node not ready, with the reason, until it is renewed", async () => {
  // No run can ask for another while there is no place for its key.
  await host.machine.exec(
    "rm -rf /var/lib/unitlet/pki/client-pending.json; mkdir -p /var/lib/unitlet/pki/client-pending.json/x",
  );
  await host.replaceClient(-300, 10);
  await host.syncUntil(async () => (await host.ready())?.reason === "CertificateExpiring", "the reason");
  expect(await host.ready()).toMatchObject({ status: "False" });
  expect(await host.events("CertificateExpiring")).toContain("is not renewed");
  expect(await host.journal()).toContain("cannot get a client certificate");
  const { stdout, code } = await host.doctor();
  expect(stdout).toMatch(/^warning: client certificate: ends at /m);
  expect(stdout).toMatch(/^error: Node: is not Ready: CertificateExpiring/m);
  expect(code).toBe(1);
  await host.machine.exec("rm -r /var/lib/unitlet/pki/client-pending.json");
  await host.syncUntil(async () => (await host.ready())?.status === "True", "the node to be ready");
  expect(await host.events("NodeReady")).toContain("status is now: NodeReady");
});

test("an expired certificate is reported once, and by doctor; joining again with a token replaces it", async () => {
  await host.replaceClient(-60, -1);
  await host.sync();
  await host.sync();
  const message = /do not accept each other because="the certificate of this node has ended/g;
  expect((await host.journal()).match(message)).toHaveLength(1);
  const { stdout, code } = await host.doctor();
  expect(stdout).toMatch(/^error: client certificate: has ended at .*: unitlet join again/m);
  expect(stdout).toMatch(/^error: API server: the certificate of this node has ended/m);
  expect(code).toBe(1);
  await host.join();
  await host.syncUntil(async () => (await host.ready())?.status === "True", "the node to be ready");
  expect(await host.events("NotAccepted")).toContain("the certificate of this node has ended");
});

test("an API server of another authority is reported with what to do, and the node recovers by itself", async () => {
  const good = await host.machine.read("/etc/unitlet/kubeconfig");
  const other = signCertificate({ node: "other", from: Date.now() - 60_000, to: Date.now() + 60_000 });
  const data = Buffer.from(other).toString("base64");
  await host.machine.write("/etc/unitlet/kubeconfig", good.replace(/(authority-data: ).*/, `$1${data}`), 0o600);
  await host.sync();
  const words = "is not signed by the CA in the kubeconfig";
  expect(await host.journal()).toContain(words);
  expect((await host.doctor()).stdout).toMatch(new RegExp(`^error: API server: .*${words}`, "m"));
  await host.machine.write("/etc/unitlet/kubeconfig", good, 0o600);
  await host.sync();
  expect((await host.doctor()).stdout).toMatch(/^ok: API server: /m);
  expect(await host.events("NotAccepted")).toContain(words);
});
