import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { busybox } from "../../support/registry.ts";
import { type TarEntry, tar } from "../../support/tar.ts";
import { pod } from "../support/manifests.ts";
import { pullFailure } from "../support/pull-failure.ts";

const SERVER = "https://127.0.0.1:8443";

let node: Node;
let base: readonly TarEntry[];

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "image-archives", { ownDisk: true, timerInterval: "1s" });
  base = await busybox();
  const archive = tar([...base, { path: "from", content: "a file\n" }]);
  await serve("root.tar", archive);
  await serve("root.tar.gz", gzipSync(archive));
  await serve("root.tar.zst", zstdCompressSync(archive));
  await node.exec("xz --keep /srv/www/root.tar");
  await node.exec(
    "cd /srv/www && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=files -addext subjectAltName=IP:127.0.0.1 -keyout key -out cert -days 2 2>&1 && cat cert >>/etc/ssl/certs/ca-certificates.crt",
  );
  await node.machine.write("/srv/server.py", PROGRAM);
  await node.exec("systemd-run --quiet --unit=files --working-directory=/srv/www python3 /srv/server.py");
  await node.machine.until(() => node.exec(`curl -sf ${SERVER}/root.tar -o /dev/null`), { what: "the files" });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Files by https; those below /closed/ for who has a password or a token. */
const PROGRAM = `
import base64, http.server, ssl
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass
    def do_GET(self):
        if self.path.startswith("/closed/"):
            known = "Basic " + base64.b64encode(b"me:s3cr3t").decode()
            if self.headers.get("Authorization") != known and "token=t0k3n" not in self.path:
                return self.send_error(401)
            self.path = self.path[len("/closed"):]
        return super().do_GET()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert", "key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;

const serve = (file: string, content: Uint8Array) => node.machine.write(`/srv/www/${file}`, content);
const checksum = async (file: string) => (await node.exec(`sha256sum </srv/www/${file}`)).stdout.slice(0, 64);
const image = async (file: string, path = `/${file}`) => `${SERVER}${path}#sha256=${await checksum(file)}`;

async function output(name: string, of: string, script: string): Promise<string> {
  await node.run(pod(node, name, { image: of, command: ["sh", "-c", script] }, { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return await node.log(name);
}

const failure = async (name: string, of: string) => {
  await node.run(pod(node, name, { image: of, command: ["true"] }));
  return await pullFailure(node, name);
};

test.for(["root.tar", "root.tar.gz", "root.tar.xz", "root.tar.zst"])("%s", async (file) => {
  expect(await output(file.replaceAll(".", "-"), await image(file), "cat /from")).toBe("a file\n");
});

test("with another checksum is not unpacked", async () => {
  expect(await failure("wrong-sum", `${SERVER}/root.tar.gz#sha256=${"0".repeat(64)}`)).toBe(
    `the file has the checksum ${await checksum("root.tar.gz")}, which is not the one in the reference`,
  );
});

test("without a checksum is fetched where the administrator allows it", async () => {
  const name = `${SERVER}/root.tar.gz`;
  await node.run(pod(node, "no-sum", { image: name, command: ["sleep", "1000"] }));
  const { state } = await node.container("no-sum", (seen) => seen.state?.waiting?.reason === "InvalidImageName");
  expect(state?.waiting?.message).toContain("a file needs its checksum: append #sha256= and 64 hex digits");
  await node.machine.write("/etc/unitlet/unitlet.conf.d/checksums.conf", "imageChecksums = optional\n");
  await node.container("no-sum", (seen) => seen.state?.running);
});

test("that is not there", async () => {
  expect(await failure("none", `${SERVER}/none.tar#sha256=${"0".repeat(64)}`)).toContain(
    "The requested URL returned error: 404",
  );
});

test("that is no archive", async () => {
  await serve("text.tar.gz", Buffer.from("no archive"));
  expect(await failure("text", await image("text.tar.gz"))).toBe("cannot unpack: gzip: stdin: not in gzip format");
});

test("brings no device and nothing that is setuid", async () => {
  const entries: TarEntry[] = [
    { path: "su", content: "x", mode: 0o6755 },
    { path: "disk", type: "block", device: [254, 0], mode: 0o666 },
    { path: "null", type: "character", device: [1, 3], mode: 0o666 },
  ];
  await serve("harm.tar", tar([...base, ...entries]));
  expect(await output("harm", await image("harm.tar"), "stat -c %a /su; ls /disk /null 2>&1 | grep -c 'No such'")).toBe(
    "755\n2\n",
  );
});

test("of nothing but /usr runs over the host's, and sees of the host no more than that and /etc", async () => {
  const entries: TarEntry[] = [
    { path: "usr/", type: "directory" },
    { path: "usr/bin/", type: "directory" },
    { path: "usr/bin/payload", content: "#!/bin/sh\ncat /usr/share/payload/text\n", mode: 0o755 },
    { path: "usr/share/payload/text", content: "from the file\n" },
  ];
  await serve("payload.tar", tar(entries));
  const script =
    "payload; ls /usr/share/payload /etc/os-release; ls -A /var /home /root /srv /etc/unitlet /var/lib 2>&1; touch /usr/x /etc/x; touch /tmp/x && echo written";
  expect(await output("payload", await image("payload.tar"), `{ ${script}; } 2>&1; :`)).toBe(
    [
      "from the file",
      "/etc/os-release",
      "/usr/share/payload:",
      "text",
      "ls: cannot access '/home': No such file or directory",
      "ls: cannot access '/srv': No such file or directory",
      "ls: cannot access '/etc/unitlet': No such file or directory",
      "ls: cannot access '/var/lib': No such file or directory",
      "/root:",
      "/var:",
      "tmp",
      "touch: cannot touch '/usr/x': Read-only file system",
      "touch: cannot touch '/etc/x': Read-only file system",
      "written\n",
    ].join("\n"),
  );
});

test("of nothing but /usr needs the setting hostFiles, on this host already or not", async () => {
  const setting = "/etc/unitlet/unitlet.conf.d/99-policy.conf";
  await node.machine.write(setting, "hostFiles = none\n");
  const entries: TarEntry[] = [
    { path: "usr/", type: "directory" },
    { path: "usr/new", content: "x" },
  ];
  await serve("unknown.tar", tar(entries));
  const read = { command: ["cat", "/etc/shadow"] };
  await node.run(pod(node, "known", { image: await image("payload.tar"), ...read }));
  await node.until("known", (seen) => seen?.status?.reason === "HostAccessForbidden");
  await node.run(pod(node, "unknown", { image: await image("unknown.tar"), ...read }));
  const { state } = await node.container("unknown", (of) => of.state?.waiting?.reason === "CreateContainerConfigError");
  expect(state?.waiting?.message).toContain("which runs on the host's files");
  await node.exec(`rm ${setting}`);
  await node.kubectl("delete", "pod", "known", "unknown");
});

describe("a secret in the URL", () => {
  test.for([
    ["password", "https://me:s3cr3t@127.0.0.1:8443/closed/", "", "s3cr3t"],
    ["token", `${SERVER}/closed/`, "?token=t0k3n&x='", "t0k3n"],
  ] as const)("%s: opens, and is told nowhere", async ([what, directory, query, secret]) => {
    const file = `${what}.tar`;
    await serve(file, tar([...base, { path: "from", content: `${what}\n` }]));
    await node.machine.write("/srv/secret", secret);
    await node.exec(
      "systemd-run --quiet --unit=watcher sh -c 'while :; do grep -aoFf /srv/secret /proc/[0-9]*/cmdline; done >>/srv/seen 2>/dev/null'",
    );
    expect(await output(what, `${directory}${file}${query}#sha256=${await checksum(file)}`, "cat /from")).toBe(
      `${what}\n`,
    );
    await node.exec("systemctl stop watcher");
    const { stdout } = await node.exec(
      `journalctl --namespace='*' -b | grep -F ${secret}; unitlet images | grep -F ${secret}; cat /srv/seen; grep -rlsF ${secret} /var/lib/unitlet /etc/systemd; true`,
    );
    expect(stdout).toBe("");
    const seen = await node.get(what);
    expect(JSON.stringify(seen?.status)).not.toContain(secret);
    expect(await node.kubectl("get", "events", "-o", "json")).not.toContain(secret);
    expect(await node.cluster.kubectl(["get", "node", node.name, "-o", "jsonpath={.status.images}"])).not.toContain(
      secret,
    );
  });
});
