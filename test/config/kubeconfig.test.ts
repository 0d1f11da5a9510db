import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readKubeconfig } from "../../src/io/schema/kubeconfig.ts";

type Tree = Readonly<Record<string, unknown>>;

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-kubeconfig-"));
  path = join(directory, "kubeconfig");
});

afterEach(() => rmSync(directory, { recursive: true }));

const SERVER = "https://192.0.2.1:6443";
const data = (text: string) => Buffer.from(text).toString("base64");

function kubeconfig(cluster: Tree, user: Tree, change: Tree = {}): Tree {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "there",
    contexts: [
      { name: "other", context: {} },
      { name: "there", context: { cluster: "c", user: "u" } },
    ],
    clusters: [{ name: "c", cluster: { server: SERVER, ...cluster } }],
    users: [{ name: "u", user }],
    ...change,
  };
}

function read(content: Tree | string) {
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readKubeconfig(path);
}

test("without a file the node is standalone", () => {
  expect(readKubeconfig(path)).toBeUndefined();
});

describe("the current context is read", () => {
  const cases: [string, Tree, Tree, Tree][] = [
    [
      "certificates as data",
      { "certificate-authority-data": data("CA") },
      { "client-certificate-data": data("CERT"), "client-key-data": data("KEY") },
      { ca: { data: "CA" }, certificate: { data: "CERT" }, key: { data: "KEY" } },
    ],
    [
      "certificates as files",
      { "certificate-authority": "/pki/ca" },
      { "client-certificate": "/pki/cert", "client-key": "/pki/key" },
      { ca: { file: "/pki/ca" }, certificate: { file: "/pki/cert" }, key: { file: "/pki/key" } },
    ],
    [
      "data before files",
      {},
      { "client-certificate": "/x", "client-certificate-data": data("CERT"), "client-key": "/key" },
      { certificate: { data: "CERT" }, key: { file: "/key" } },
    ],
    ["a token", {}, { token: "t0k" }, { token: { data: "t0k" } }],
    ["a token file", {}, { tokenFile: "/var/token" }, { token: { file: "/var/token" } }],
    ["a token file before a token", {}, { tokenFile: "/var/token", token: "t0k" }, { token: { file: "/var/token" } }],
    [
      "a certificate before a token",
      {},
      { "client-certificate": "/c", "client-key": "/k", token: "t0k" },
      { certificate: { file: "/c" }, key: { file: "/k" } },
    ],
    [
      "another name in the server's certificate",
      { "tls-server-name": "api" },
      { token: "t" },
      { token: { data: "t" }, tlsServerName: "api" },
    ],
    [
      "a server that is not checked",
      { "insecure-skip-tls-verify": true },
      { token: "t" },
      { token: { data: "t" }, insecureSkipTLSVerify: true },
    ],
  ];

  test.for(cases)("with %s", ([, cluster, user, expected]) => {
    expect(read(kubeconfig(cluster, user))).toEqual({ server: SERVER, insecureSkipTLSVerify: false, ...expected });
  });

  test("files are found beside the kubeconfig", () => {
    const user = { "client-certificate": "pki/cert", "client-key": "../key" };
    expect(read(kubeconfig({ "certificate-authority": "ca" }, user))).toMatchObject({
      ca: { file: join(directory, "ca") },
      certificate: { file: join(directory, "pki/cert") },
      key: { file: join(directory, "../key") },
    });
  });

  test("also from YAML", () => {
    const yaml = `
current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${SERVER}"}}]
users: [{name: u, user: {token: "1"}}]
`;
    expect(read(yaml)).toMatchObject({ server: SERVER, token: { data: "1" } });
  });
});

describe("what cannot be used is told with its field", () => {
  const USER = { token: "t" };
  const REMEDY = "give client-certificate and client-key, token or tokenFile";
  const OF_RUN = "are not supported";
  const cases: [string, Tree | string, string][] = [
    [
      "an exec plugin",
      kubeconfig({}, { exec: { command: "aws" } }),
      `users[u].user.exec: exec plugins ${OF_RUN}: ${REMEDY}`,
    ],
    [
      "an auth provider",
      kubeconfig({}, { "auth-provider": { name: "gcp" } }),
      `users[u].user.auth-provider: auth providers ${OF_RUN}: ${REMEDY}`,
    ],
    [
      "a password",
      kubeconfig({}, { username: "a", password: "b" }),
      `users[u].user.username: user name and password ${OF_RUN}: ${REMEDY}`,
    ],
    ["no credentials", kubeconfig({}, {}), `users[u].user: has no credentials: ${REMEDY}`],
    ["empty credentials", kubeconfig({}, { token: "", tokenFile: "" }), `users[u].user: has no credentials: ${REMEDY}`],
    [
      "a certificate without a key",
      kubeconfig({}, { "client-certificate": "/c" }),
      "users[u].user: has client-certificate, but no client-key",
    ],
    [
      "a key without a certificate",
      kubeconfig({}, { "client-key-data": data("K") }),
      "users[u].user: has client-key, but no client-certificate",
    ],
    ["no server", kubeconfig({ server: null }, USER), 'clusters[c].cluster.server "": expected an https:// URL'],
    [
      "a server without encryption",
      kubeconfig({ server: "http://x" }, USER),
      'clusters[c].cluster.server "http://x": expected an https:// URL',
    ],
    [
      "a server that is no URL",
      kubeconfig({ server: "192.0.2.1:6443" }, USER),
      'clusters[c].cluster.server "192.0.2.1:6443": expected an https:// URL',
    ],
    [
      "no current context",
      kubeconfig({}, USER, { "current-context": null }),
      'current-context "": there is no context of that name',
    ],
    [
      "a context that is not there",
      kubeconfig({}, USER, { "current-context": "x" }),
      'current-context "x": there is no context of that name',
    ],
    [
      "no contexts",
      kubeconfig({}, USER, { contexts: null }),
      'current-context "there": there is no context of that name',
    ],
    [
      "no clusters",
      kubeconfig({}, USER, { clusters: null }),
      'contexts[there].context.cluster "c": there is no cluster of that name',
    ],
    [
      "no users",
      kubeconfig({}, USER, { users: [] }),
      'contexts[there].context.user "u": there is no user of that name',
    ],
    ["a token that is a number", kubeconfig({}, { token: 5 }), `users[u].user: has no credentials: ${REMEDY}`],
    ["a word where clusters were expected", kubeconfig({}, USER, { clusters: "c" }), "clusters: expected a list"],
    ["a word where users were expected", kubeconfig({}, USER, { users: "u" }), "users: expected a list"],
    ["a list where names were expected", kubeconfig({}, USER, { contexts: "there" }), "contexts: expected a list"],
    ["an empty file", "", "is not a kubeconfig"],
    ["a word", "kubeconfig", "is not a kubeconfig"],
    ["no YAML", "{", "line 1: is not YAML: unexpected end of the stream within a flow collection"],
  ];

  test.for(cases)("%s", ([, content, message]) => {
    expect(() => read(content)).toThrow(
      expect.objectContaining({ name: "ConfigError", message: `${path}: ${message}` }),
    );
  });
});
