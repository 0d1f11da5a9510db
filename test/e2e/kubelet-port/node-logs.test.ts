import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { asApiServer, installServingCertificate, requestKubelet } from "../support/kubelet-client.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "journal", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  const script =
    "mkdir -p /var/log/app/deep; echo one >/var/log/app.log; echo two >/var/log/app/deep/x.log; : >/var/log/empty; ln -s /etc/shadow /var/log/out; ln -s app.log /var/log/in; ln -s /etc /var/log/etc; mkfifo /var/log/pipe; ln -s /dev/zero /var/log/zero; mkdir -p /var/logs; echo no >/var/logs/x";
  await node.exec(script);
  await node.exec(
    "systemd-run --unit=chatty --description=talks --wait sh -c 'echo first; echo second; echo third' && journalctl --sync",
  );
});

afterAll(() => node[Symbol.asyncDispose]());

const raw = (path: string) => node.cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy${path}`]);

test.each([
  ["/logs/app.log", "one\n"],
  ["/logs/in", "one\n"],
  ["/logs/app/deep/x.log", "two\n"],
  ["/logs/empty", ""],
  ["/logs/?query=/app.log", "one\n"],
  ["/logs/?query=app/deep/x.log", "two\n"],
  ["/logs/?query=app", "one\n"],
  ["/logs/?query=nobody", "\nlog not found for nobody\n"],
])("%s", async (path, expected) => {
  expect(await requestKubelet(node, path)).toEqual({ status: 200, body: expected });
});

test("a directory is a page of links", async () => {
  const listing = await raw("/logs/");
  expect(listing).toMatch(/^<!doctype html>\n/);
  expect(listing).toContain('/logs/app/">app/</a>\n');
  expect((await requestKubelet(node, "/logs/app")).body).toContain('<a href="/logs/app/deep/">deep/</a>');
});

test.each([
  "/logs/out",
  "/logs/etc/passwd",
  "/logs/pipe",
  "/logs/zero",
  "/logs/none",
  "/logs/?query=/../../etc/passwd",
  "/logs/?query=/out",
  "/logs/?query=..\\..\\etc\\passwd",
  "/logs/?query=/../logs/x",
])("%s is not there", async (path) => {
  expect(await requestKubelet(node, path)).toEqual({ status: 404, body: "404 page not found\n" });
});

test.each([
  ["/logs/../../etc/passwd", 400],
  ["/logs/..%2f..%2fetc/passwd", 400],
  ["/logs/%2e%2e/%2e%2e/etc/passwd", 400],
  ["/logs/%252e%252e/%252e%252e/etc/passwd", 404],
  ["/logs/app.log%00", 400],
  ["/logs/?query=", 400],
  ["/logs/?query=a&tailLines=x", 400],
  ["/logs/?query=a&sinceTime=yesterday", 400],
  ["/logs/?tailLines=3", 406],
  ["/logs/app.log?query=a", 406],
  ["/logs/?query=a%20_PID=1", 406],
  ["/logs/?query=--file=x", 406],
  ["/logs/?query=a&boot=1", 406],
  ["/logs/?query=a&query=b&query=c&query=d&query=e", 406],
  ["/logs/?query=/app.log&tailLines=3", 406],
])("%s: %i", async (path, status) => {
  expect((await requestKubelet(node, path)).status).toBe(status);
});

test("the journal of any unit, with every option", async () => {
  const query = async (more = "") =>
    (await raw(`/logs/?query=chatty${more}`))
      .replace(/^.*: (?=\w+$)/gm, "")
      .trimEnd()
      .split("\n");
  expect(await query("&pattern=first")).toEqual(["first"]);
  expect(await query("&pattern=^(first|third)$")).toEqual(["first", "third"]);
  expect(await query("&tailLines=1&pattern=^(first|third)$")).toEqual(["third"]);
  expect(await query("&pattern=first&boot=0")).toEqual(["first"]);
  expect(await query("&sinceTime=2099-01-01T00:00:00Z")).toEqual(["-- No entries --"]);
  expect(await query("&untilTime=2001-01-01T00:00:00Z")).toEqual(["-- No entries --"]);
  expect(
    await query("&query=chatty.service&pattern=first&sinceTime=2001-01-01T00:00:00Z&untilTime=2099-01-01T00:00:00Z"),
  ).toEqual(["first"]);
});

test("gzip-encoded, for clients that accept it", async () => {
  const flags = [...asApiServer(node), "--compressed", "-H", "Accept-Encoding: gzip"];
  expect((await requestKubelet(node, "/logs/?query=chatty&pattern=first", flags)).body).toMatch(/first$/m);
});
