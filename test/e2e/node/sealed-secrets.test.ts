import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const FILE = "/etc/unitlet/manifests/db.yaml";
const VALUE = "hunter2 ä\n";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("sealed-secrets", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const MANIFEST = `# the database
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: ${JSON.stringify(VALUE)}, user: me}
---
# its client
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  containers:
  - name: main
    image: host
    command: [sh, -c, 'echo "$PASSWORD/$(cat /run/db/user)"; exec sleep infinity']
    env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]
    volumeMounts: [{name: db, mountPath: /run/db}]
  volumes: [{name: db, secret: {secretName: db}}]
`;

const said = async () =>
  (
    await machine.exec(
      "journalctl --namespace=unitlet.default -q -o cat -b -u unitlet.default.client.main _TRANSPORT=stdout",
    )
  ).stdout;
const says = (text: string) => machine.until(async () => [(await said()).endsWith(text), await said()], { what: text });
const problems = async () => {
  await machine.exec(`touch ${FILE}; systemctl start unitlet-sync; systemctl start unitlet-sync`, {
    allowFailure: true,
  });
  return (await machine.exec("journalctl --sync; journalctl -q -o cat -u unitlet-sync -g 'bad manifest'")).stdout;
};

test("a sealed file has the values in no form that can be read, and the rest as it was", async () => {
  await machine.write("/root/db.yaml", MANIFEST, 0o600);
  const { stdout } = await machine.exec("unitlet seal --key host /root/db.yaml");
  expect(stdout).not.toContain(Buffer.from(VALUE).toString("base64"));
  expect(stdout).not.toContain("hunter2");
  expect(stdout).toContain("unitlet.dev/sealed-on: sealed-secrets\n");
  expect(stdout.slice(stdout.indexOf("---"))).toBe(MANIFEST.slice(MANIFEST.indexOf("---")));
  // Sealed, it may be read by all users.
  await machine.write(FILE, stdout, 0o644);
});

test("its pod gets the values as variables and as files, also after a reboot", async () => {
  await says(`${VALUE}/me\n`);
  await machine.reboot();
  await says(`${VALUE}/me\n`);
  const { stdout } = await machine.exec(
    "grep -rls 'hunter[2]' /etc /run/systemd /var/lib/unitlet /proc/[0-9]*/cmdline; journalctl -q -g 'hunter[2]'",
    { allowFailure: true },
  );
  expect(stdout).toBe("");
});

test("sealing in place keeps the mode, and seals no Secret twice", async () => {
  expect((await machine.exec("unitlet seal --in-place /root/db.yaml")).stdout).toBe("/root/db.yaml: 1 sealed\n");
  const before = await machine.read("/root/db.yaml");
  expect((await machine.exec("unitlet seal -i /root/db.yaml; stat -c %a /root/db.yaml")).stdout).toBe(
    "/root/db.yaml: 0 sealed, 1 sealed before\n600\n",
  );
  expect(await machine.read("/root/db.yaml")).toBe(before);
});

test("a value that is moved to another name does not open, and the pod keeps what it has", async () => {
  await machine.exec(`sed -i 's/^  user:/  other:/' ${FILE}`);
  expect(await problems()).toContain(`data.other: was not sealed for this field of this Secret, or has been changed`);
  expect((await machine.exec("systemctl is-active unitlet.default.client.main")).stdout).toBe("active\n");
  await machine.exec(`sed -i 's/^  other:/  user:/' ${FILE}`);
});

test("a file of another host is named with its field and that host", async () => {
  // A host keeps the keys that it has opened until the next boot.
  await machine.exec(
    "mv /var/lib/systemd/credential.secret /root/; systemd-creds setup 2>/dev/null; rm /run/unitlet/sealed-keys.json",
  );
  expect(await problems()).toMatch(
    new RegExp(
      `${FILE}:\\d+: metadata.annotations.unitlet.dev/sealed-key: was sealed on sealed-secrets, and this host cannot open it: systemd-creds: .*Seal the Secret on this host with unitlet seal`,
    ),
  );
});

test("it is tried again, without a change of the file, as a TPM that was busy needs", async () => {
  const closed = async () => (await machine.exec("grep -c 'cannot open it' /run/unitlet/manifests.json || :")).stdout;
  await machine.until(async () => [(await closed()) === "1\n", await closed()], { what: "a run to find it closed" });
  await machine.exec("mv -f /root/credential.secret /var/lib/systemd/");
  await machine.until(async () => [(await closed()) === "0\n", await closed()], { what: "the Secret to open" });
});

test("without systemd-creds nothing is written", async () => {
  await machine.write("/root/plain.yaml", MANIFEST, 0o600);
  const away = "/usr/bin/systemd-creds /usr/bin/systemd-creds.away";
  const { stderr, stdout } = await machine.exec(`mv ${away}; unitlet seal /root/plain.yaml`, { allowFailure: true });
  expect([stdout, stderr]).toEqual([
    "",
    "/root/plain.yaml:2: cannot be sealed: this host has no systemd-creds, which needs systemd 250 or newer\n",
  ]);
});
