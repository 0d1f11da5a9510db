import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

describe.skipIf(!canMount)("no credentials stay in /run/unitlet", () => {
  test("when the kubeconfig has them no more, but names their files", async () => {
    const left = await onEmptyHost(async (load) => {
      const { writeCurlOptions } =
        await load<typeof import("../../../src/io/kube/curl-options.ts")>("src/io/kube/curl-options.ts");
      const { readdirSync } = await load<typeof import("node:fs")>("node:fs");
      const server = { server: "https://192.0.2.1:6443", insecureSkipTLSVerify: false };
      const write = (cluster: object) =>
        writeCurlOptions({ name: "list", path: "/", cluster: { ...server, ...cluster }, options: [] });
      const files = () => readdirSync("/run/unitlet").filter((name) => name.startsWith("list."));
      write({ ca: { data: "a" }, certificate: { data: "b" }, key: { data: "c" } });
      const before = files();
      write({ ca: { data: "a" }, certificate: { file: "/root/crt" }, key: { file: "/root/key" } });
      return [before, files()];
    });
    expect(left).toEqual([
      ["list.ca", "list.crt", "list.curl", "list.key"],
      ["list.ca", "list.curl"],
    ]);
  });

  test("when the kubeconfig was removed, also while the pods of the node are unknown", async () => {
    const left = await onEmptyHost(async (load) => {
      const { storeMarks } = await load<typeof import("../../../src/run/unchanged.ts")>("src/run/unchanged.ts");
      const { mkdirSync, readdirSync, writeFileSync } = await load<typeof import("node:fs")>("node:fs");
      mkdirSync("/run/unitlet");
      for (const name of ["list.curl", "list.key", "lease.curl"]) writeFileSync(`/run/unitlet/${name}`, "secret");
      const input = { listResult: { ok: false, because: "" }, digestBefore: undefined, config: {}, configKey: "" };
      await storeMarks(input as unknown as Parameters<typeof storeMarks>[0]);
      return readdirSync("/run/unitlet");
    });
    expect(left).toEqual([]);
  });
});

test.skipIf(!canMount)("a line break in a token or a URL adds no option of curl", async () => {
  const text = await onEmptyHost(async (load) => {
    const { writeCurlOptions } =
      await load<typeof import("../../../src/io/kube/curl-options.ts")>("src/io/kube/curl-options.ts");
    const { readFileSync } = await load<typeof import("node:fs")>("node:fs");
    const breaks = 'a\ninsecure\r\n"\noutput = "/etc/passwd';
    const cluster = { server: `https://${breaks}`, insecureSkipTLSVerify: false, token: { data: breaks } };
    writeCurlOptions({ name: "watch", path: "", cluster, options: [] });
    return readFileSync("/run/unitlet/watch.curl", "utf8");
  });
  expect(text.split(/[\r\n]+/).map((line) => line.split(" = ")[0])).toEqual(["url", "user-agent", "header", ""]);
});
