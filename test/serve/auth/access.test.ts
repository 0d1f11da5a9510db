import { describe, expect, test } from "vitest";
import type { UserInfo } from "../../../src/io/kube/reviews.ts";
import { AuthCache } from "../../../src/serve/auth/auth-cache.ts";
import { bearerToken, type Subject, userOfCertificate, userOfToken } from "../../../src/serve/auth/authenticate.ts";
import { authorize } from "../../../src/serve/auth/authorize.ts";
import { handedSockets } from "../../../src/serve/http/listen.ts";
import { requestAttributes } from "../../../src/serve/http/request-attributes.ts";

const ALICE: UserInfo = { name: "alice", groups: ["staff"] };

test.each<[Subject, UserInfo | undefined]>([
  [{ CN: "alice" }, { name: "alice", groups: ["system:authenticated"] }],
  [
    { CN: "alice", O: "staff" },
    { name: "alice", groups: ["staff", "system:authenticated"] },
  ],
  [
    { CN: "a", O: ["x", "y"] },
    { name: "a", groups: ["x", "y", "system:authenticated"] },
  ],
  [{ CN: ["alice", "admin"] }, undefined],
  [{ CN: "" }, undefined],
  [{ O: "system:masters" }, undefined],
])("userOfCertificate(%j)", (subject, expected) => {
  expect(userOfCertificate(subject)).toEqual(expected);
});

test.each([
  ["Bearer abc", "abc"],
  ["bearer  abc", "abc"],
  ["Basic abc", undefined],
  ["Bearer ", undefined],
  ["Bearer a b", undefined],
  [undefined, undefined],
])("bearerToken(%j)", (header, expected) => {
  expect(bearerToken(header)).toBe(expected);
});

function createCache() {
  let now = 1000;
  const asked: string[] = [];
  const cache = new AuthCache([], () => now);
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { cache, asked, later, next: () => new AuthCache(JSON.parse(JSON.stringify(cache.entries())), () => now) };
}

describe("userOfToken()", () => {
  test("asks once in two minutes, for a yes and for a no, and keeps no token", async () => {
    const { cache, asked, later, next } = createCache();
    const review = async (token: string) => {
      asked.push(token);
      return token === "good" ? ALICE : undefined;
    };
    for (const token of ["good", "good", "bad", "bad"])
      expect(await userOfToken(token, cache, review)).toEqual(token === "good" ? ALICE : undefined);
    expect(asked).toEqual(["good", "bad"]);
    expect(await userOfToken("good", next(), review)).toEqual(ALICE);
    expect(JSON.stringify(cache.entries())).not.toMatch(/good|bad/);
    later(119_000);
    await userOfToken("good", cache, review);
    later(2000);
    await userOfToken("good", cache, review);
    expect(asked).toEqual(["good", "bad", "good"]);
  });
});

describe("authorize()", () => {
  const accesses = requestAttributes("GET", ["pods"]);

  test("lets in whom the second access lets in; a yes is good for 5 minutes, a no for 30 seconds", async () => {
    const { cache, asked, later } = createCache();
    const review = async (_: UserInfo, { subresource }: { subresource: string }) => {
      asked.push(subresource);
      return subresource === "proxy";
    };
    const twice = async () => {
      await authorize(ALICE, accesses, cache, review);
      await authorize(ALICE, accesses, cache, review);
    };
    await twice();
    later(31_000);
    await twice();
    later(270_000);
    await twice();
    expect(asked).toEqual(["pods", "proxy", "pods", "pods", "proxy"]);
  });

  test("names the user and what is forbidden", async () => {
    const { cache } = createCache();
    const message = "Forbidden (user=alice, verb=get, resource=nodes, subresource(s)=[pods proxy])\n";
    const refusal = authorize(ALICE, accesses, cache, async () => false);
    await expect(refusal).rejects.toMatchObject({ status: 403, message });
  });

  test("what cannot be asked is 503, and asked again", async () => {
    const { cache } = createCache();
    const broken = () => authorize(ALICE, accesses, cache, () => Promise.reject(new Error("away")));
    const message = "Authorization error (user=alice, verb=get, resource=nodes, subresource=pods): away";
    await expect(broken()).rejects.toMatchObject({ status: 503, message });
    await authorize(ALICE, accesses, cache, async () => true);
  });

  test("another user, group or verb is another question", async () => {
    const { cache, asked } = createCache();
    const review = async (user: UserInfo, { verb }: { verb: string }) =>
      asked.push(`${user.name} ${user.groups} ${verb}`) > 0;
    for (const [user, method] of [
      [ALICE, "GET"],
      [{ ...ALICE, groups: [] }, "GET"],
      [{ ...ALICE, name: "bob" }, "GET"],
      [ALICE, "POST"],
    ] as const)
      await authorize(user, requestAttributes(method, ["x"]), cache, review);
    expect(asked).toHaveLength(4);
  });
});

describe("Memory", () => {
  test("asks once for all requests at the same time", async () => {
    const { cache } = createCache();
    let count = 0;
    const ask = async () => {
      count += 1;
      return await new Promise<number>((resolve) => setImmediate(resolve, count));
    };
    const answers = Array.from({ length: 5 }, () => cache.get("question", ask, () => 1000));
    expect(await Promise.all(answers)).toEqual([1, 1, 1, 1, 1]);
  });

  test("does not grow without end, and does not trust a clock that was put back", async () => {
    const { cache, later } = createCache();
    for (let number = 0; number < 1500; number += 1)
      await cache.get(
        `${number}`,
        async () => 0,
        () => 1e9,
      );
    expect(cache.entries()).toHaveLength(1000);
    later(-500);
    expect(cache.entries()).toEqual([]);
  });
});

test.each([
  [{ LISTEN_PID: "7", LISTEN_FDS: "2" }, 2],
  [{ LISTEN_PID: "8", LISTEN_FDS: "2" }, 0],
  [{}, 0],
])("handedSockets(%j)", (environment, expected) => {
  expect(handedSockets(environment, 7)).toBe(expected);
});
