import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { selfSigned } from "../../../src/serve/auth/self-signed.ts";
import { errorOf, get, LoopbackApi } from "./loopback-api.ts";

const HOUR_MS = 3_600_000;

let api: LoopbackApi;
let directory: string;

beforeEach(async () => {
  api = await LoopbackApi.start();
  directory = mkdtempSync(join(tmpdir(), "unitlet-http-"));
});

afterEach(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

describe("the identity of the API server", () => {
  test("is proven by the authority, or not at all when the kubeconfig says so", async () => {
    const other = selfSigned("other", ["127.0.0.1"], Date.now(), HOUR_MS).certificate;
    const { message, ...rest } = await errorOf(get(api.connect({ ca: { data: other } })));
    expect(rest).toEqual({ status: 0, reason: "Unreachable" });
    expect(message).toMatch(/did not answer: .*certificate/);
    expect(api.requests).toEqual([]);
    expect(await get(api.connect({ ca: { data: other }, insecureSkipTLSVerify: true }))).toEqual({});
  });

  test("is asked for by the name that the kubeconfig gives", async () => {
    expect(await get(api.connect({ tlsServerName: "api.example" }))).toEqual({});
    expect((await errorOf(get(api.connect({ tlsServerName: "elsewhere.example" })))).message).toContain(
      "elsewhere.example",
    );
  });
});

describe("credentials in files", () => {
  test("are read anew after the API server has refused them", async () => {
    const file = join(directory, "token");
    const client = api.connect({ token: { file } });
    api.answer = (request, response) =>
      response.writeHead(request.headers.authorization === "Bearer new" ? 200 : 401).end("{}");
    writeFileSync(file, "old\n");
    expect(await errorOf(get(client))).toMatchObject({ status: 401 });
    writeFileSync(file, "new\n");
    expect(await get(client)).toEqual({});
    writeFileSync(file, "not read while the last one is good");
    expect(await get(client)).toEqual({});
  });

  test.each(["token", "ca", "certificate"] as const)("that cannot be read are an error: %s", async (name) => {
    const file = join(directory, "missing");
    const { message, ...rest } = await errorOf(get(api.connect({ [name]: { file } })));
    expect(rest).toEqual({ status: 0, reason: "NoCredentials" });
    expect(message).toContain(`Cannot read ${file}, which the kubeconfig names: ENOENT`);
  });

  test("that are no certificate are an error", async () => {
    const { message, ...rest } = await errorOf(
      get(api.connect({ certificate: { data: "none" }, key: { data: "none" } })),
    );
    expect(rest).toEqual({ status: 0, reason: "NoCredentials" });
    expect(message).toMatch(/^The certificate, key or CA of the kubeconfig cannot be used: /);
  });
});
