import { beforeEach, expect, test, vi } from "vitest";

const { creds, stored } = vi.hoisted(() => ({
  creds: { ms: 0, works: true, calls: 0 },
  stored: new Map<string, unknown>(),
}));

vi.mock("../../../src/io/systemd-creds.ts", () => ({
  CREDENTIAL_RETRY_MS: 60_000,
  decryptCredential: (_: string, sealed: Buffer) => {
    creds.calls += 1;
    vi.advanceTimersByTime(creds.ms);
    if (!creds.works) throw new Error("the TPM is busy");
    return sealed;
  },
}));

vi.mock("../../../src/io/cache.ts", () => ({
  readCached: (name: string) => stored.get(name),
  writeCached: (name: string, _: string, value: unknown) => stored.set(name, value),
}));

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date", "performance", "setTimeout"] });
  Object.assign(creds, { ms: 0, works: true, calls: 0 });
  stored.clear();
  return () => vi.useRealTimers();
});

/** Opens keys as a run of a new process does. Returns the messages of those that stay closed, and when they are due. */
async function run(keys: readonly string[], isRun = true) {
  vi.resetModules();
  const { SealedKeys } = await import("../../../src/io/schema/sealed-keys.ts");
  const opener = new SealedKeys(isRun);
  const problems = keys.flatMap((key) => {
    try {
      expect(opener.open(key)).toEqual(Buffer.from(key, "base64"));
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  return { problems, retryAt: opener.finish() };
}

const PENDING = "is not open yet: other Secrets took the time of this run. The next run opens it";
const KEYS = ["AAAA", "BBBB", "CCCC", "DDDD"];

test("a key is decrypted once until a boot", async () => {
  expect(await run(KEYS)).toEqual({ problems: [], retryAt: undefined });
  expect(await run(KEYS)).toEqual({ problems: [], retryAt: undefined });
  expect(creds.calls).toBe(4);
});

test("a run opens as many as it has time for, and the next ones the rest", async () => {
  creds.ms = 2000;
  expect(await run(KEYS)).toEqual({ problems: [PENDING], retryAt: 0 });
  expect(await run(KEYS)).toEqual({ problems: [], retryAt: undefined });
});

test("a command opens all of them, and stores nothing", async () => {
  creds.ms = 2000;
  expect(await run(KEYS, false)).toEqual({ problems: [], retryAt: undefined });
  expect(stored.size).toBe(0);
});

test("one that did not open is tried again after 60 s, and keeps no other from being opened", async () => {
  Object.assign(creds, { ms: 3000, works: false });
  const first = await run(["AAAA", "BBBB"]);
  expect(first).toEqual({ problems: ["the TPM is busy", PENDING], retryAt: 0 });
  creds.works = true;
  expect(await run(["AAAA", "BBBB"])).toEqual({ problems: ["the TPM is busy"], retryAt: 1_066_000 });
  vi.advanceTimersByTime(60_000);
  expect(await run(["AAAA", "BBBB"])).toEqual({ problems: [], retryAt: undefined });
});
