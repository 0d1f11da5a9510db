import { describe, expect, test } from "vitest";
import { ApiError } from "../../../src/io/kube/api-error.ts";
import {
  addRefusal,
  canBeHeld,
  isHeld,
  isRefusal,
  liveRefusals,
  type Refusal,
  reasonsOf,
  sameWords,
  type WriteKind,
  wantedRefusals,
  writeKind,
} from "../../../src/io/kube/refusals.ts";

const NOW = 1_800_000_000_000;
const PODS = "/api/v1/namespaces/shop/pods";

test.for<[method: string, path: string, kind: WriteKind]>([
  ["DELETE", `${PODS}/web`, "deletes"],
  ["PATCH", `${PODS}/web/status`, "statuses"],
  ["POST", "/api/v1/namespaces/shop/events", "events"],
  ["PATCH", "/api/v1/namespaces/shop/events/web.1", "events"],
  ["POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", "lease"],
  ["PATCH", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1", "lease"],
  ["POST", "/api/v1/namespaces/shop/serviceaccounts/default/token", "tokens"],
  ["GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1", "lists"],
  ["PATCH", "/api/v1/nodes/node-1/status", "other"],
  ["POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", "other"],
])("%s %s is one of the %s", ([method, path, kind]) => {
  expect(writeKind(method, path)).toBe(kind);
});

const answer = (status: number, message = "no", retryAfter?: number) =>
  new ApiError(message, status, "", retryAfter === undefined ? {} : { retryAfter });
const KINDS: readonly WriteKind[] = ["deletes", "statuses", "events", "lease", "tokens", "other"];
const CODES = [400, 403, 409, 413, 422, 429, 500, 503, 504];

/** The seconds before each of so many attempts, when each is refused at once. */
function waits(kind: WriteKind, error: ApiError, attempts: number): number[] {
  const seconds: number[] = [];
  let refusal: Refusal | undefined;
  for (let now = NOW; seconds.length < attempts; now = refusal.until) {
    refusal = addRefusal(refusal, kind, error, now);
    seconds.push((refusal.until - now) / 1000);
  }
  return seconds;
}

describe.for(KINDS)("a write of the kind %s", (kind) => {
  const capped = (seconds: readonly number[]) => seconds.map((each) => (kind === "lease" ? Math.min(10, each) : each));

  test.for(CODES)("that is refused with %i waits longer each time", (code) => {
    const isPassing = code === 409 || code === 429 || code >= 500;
    const doubled = isPassing ? [0, 5, 10, 20, 40, 60, 60] : [5, 10, 20, 40, 60, 60, 60];
    expect([isRefusal(answer(code), kind), waits(kind, answer(code), 7)]).toEqual([true, capped(doubled)]);
  });

  test.for([429, 503])("that is refused with %i and Retry-After waits for that time, within limits", (code) => {
    expect(waits(kind, answer(code, "no", 1), 3)).toEqual(capped([1, 5, 10]));
    expect(waits(kind, answer(code, "no", 30), 2)).toEqual(capped([30, 30]));
    expect(waits(kind, answer(code, "no", 999_999), 1)).toEqual(capped([300]));
  });

  test("that gets no answer is tried by the next run, and then waits; but a lease never waits for that", () => {
    const lost = new ApiError("did not answer", 0, "Unreachable");
    expect(isRefusal(lost, kind)).toBe(kind !== "lease");
    expect(waits(kind, lost, 3)).toEqual(capped([0, 5, 10]));
  });

  test.for([
    ["rejects the credentials", new ApiError("Unauthorized", 401, "Unauthorized")],
    ["does not know the object", new ApiError("not found", 404, "NotFound")],
    ["has the object already", new ApiError("exists", 409, "AlreadyExists")],
    [
      "has another object of that name",
      answer(409, "the UID in the precondition (a) does not match the UID in record (b)"),
    ],
    ["has replaced it meanwhile", answer(409, "Precondition failed: UID in precondition: a, UID in object meta: b")],
    ["cannot be asked without credentials", new ApiError("no key", 0, "NoCredentials")],
  ] as const)("is not refused where the API server %s", ([, error]) => {
    expect(isRefusal(error, kind)).toBe(false);
  });
});

describe("the list of the node's pods", () => {
  const LIST = { method: "GET", path: "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1" };

  test.for([
    ["the list", LIST, true],
    ["a write", { method: "PATCH", path: "/api/v1/nodes/node-1" }, true],
    ["another read", { method: "GET", path: "/api/v1/nodes/node-1" }, false],
    ["a read of one pod", { method: "GET", path: `${PODS}/web?x` }, false],
  ] as const)("can be held back: %s", ([, request, expected]) => {
    expect(canBeHeld(request)).toBe(expected);
  });

  test.for([
    ["has too many requests", answer(429), true],
    ["has too many requests and names a time", answer(429, "no", 7), true],
    ["is about to end and names a time", answer(503, "no", 5), true],
    ["is not ready", answer(503), false],
    ["has a bug", answer(500), false],
    ["forbids it", answer(403), false],
    ["rejects the credentials", answer(401), false],
    ["does not answer", new ApiError("did not answer", 0, "Unreachable"), false],
  ] as const)("is held back only where the API server asks for fewer requests: it %s", ([, error, expected]) => {
    expect(isRefusal(error, "lists")).toBe(expected);
  });

  test("waits as long as the API server asks for, and longer each time, up to a minute", () => {
    expect(waits("lists", answer(429), 8)).toEqual([0, 5, 10, 20, 40, 60, 60, 60]);
    expect(waits("lists", answer(429, "no", 1), 7)).toEqual([1, 5, 10, 20, 40, 60, 60]);
    expect(waits("lists", answer(429, "no", 120), 2)).toEqual([120, 120]);
    expect(waits("lists", answer(429, "no", 999_999), 1)).toEqual([300]);
  });
});

const refused = (because: string, change: Partial<Refusal> = {}): Refusal => ({
  ...{ kind: "deletes", status: 403, reason: "Forbidden", because, count: 1, until: NOW + 5000 },
  ...change,
});

test.for([
  ["until its time", NOW + 4999, true],
  ["no longer", NOW + 5000, false],
  ["not for an hour after the clock was set back", NOW - 3_600_000, false],
] as const)("a refused write is held back %s", ([, now, expected]) => {
  expect(isHeld(refused("no"), now)).toBe(expected);
});

test("what nobody has tried again for ten minutes is forgotten, and of a thousand and more the oldest", () => {
  const many = Object.fromEntries(Array.from({ length: 1002 }, (_, at) => [`w-${at}`, refused("no")]));
  const live = liveRefusals({ old: refused("no", { until: NOW - 600_000 }), ...many }, NOW);
  expect([Object.keys(live).length, "old" in live, "w-1" in live, "w-2" in live]).toEqual([1000, false, false, true]);
});

test("one lost answer is forgotten after a minute, because no run needs to follow it", () => {
  const lost = (until: number) => refused("fetch failed", { kind: "events", status: 0, count: 1, until });
  const live = liveRefusals({ old: lost(NOW - 60_000), young: lost(NOW - 59_999) }, NOW);
  expect(Object.keys(live)).toEqual(["young"]);
});

test("a full run forgets the writes that it has not asked for, where it asks for all", () => {
  const of = (kind: WriteKind) => refused("no", { kind });
  const all = {
    a: of("deletes"),
    b: of("deletes"),
    c: of("statuses"),
    d: of("events"),
    e: of("tokens"),
    f: of("other"),
  };
  expect(Object.keys(wantedRefusals(all, new Set(["a"])))).toEqual(["a", "d", "e", "f"]);
});

describe("the reason of a kind of writes", () => {
  const policy = (pod: string) => `DELETE ${PODS}/${pod}: 422 pods "${pod}" is forbidden: policy 'x' denied request 17`;

  test("is told once for all objects of which the API server says the same", () => {
    const one = reasonsOf({ a: refused(policy("web-1")), b: refused(policy("web-2")) }, "deletes");
    const other = reasonsOf({ b: refused(policy("web-2").replace("17", "18")) }, "deletes");
    expect([one, sameWords(one ?? "") === sameWords(other ?? "")]).toEqual([policy("web-2"), true]);
  });

  test("has each reason, always in the same order", () => {
    const [a, b] = [refused(policy("web")), refused(`DELETE ${PODS}/db: 403 no`)];
    expect(reasonsOf({ a, b }, "deletes")).toBe(`${b.because}; ${a.because}`);
    expect(reasonsOf({ a, b }, "deletes")).toBe(reasonsOf({ b, a }, "deletes"));
  });

  test.for([
    ["there is none", {}],
    ["only other kinds are refused", { a: refused("no", { kind: "events" }) }],
    ["an answer was lost once", { a: refused("did not answer", { status: 0 }) }],
    ["its namespace ends", { a: refused("403 unable to create new content because it is being terminated") }],
  ] as const)("is undefined where %s", ([, all]) => {
    expect(reasonsOf(all, "deletes")).toBeUndefined();
  });
});
