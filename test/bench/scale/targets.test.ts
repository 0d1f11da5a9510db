import { expect, test } from "vitest";
import { kindOf } from "./kinds.ts";
import { AGENTS, repeatedTargets } from "./targets.ts";

const SERVER = "https://api.example";
const NODES = ["a", "b", "c"];

function requestsOf(name: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const agent = AGENTS.find((each) => each.name === name);
  for (const requests of [agent?.fresh ?? [], agent?.kept ?? []]) {
    for (const { method, url } of repeatedTargets(SERVER, NODES, { requests, seconds: 300, from: 0 })) {
      const kind = kindOf({ method, path: url.slice(SERVER.length) });
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}

test.each([
  [
    "unitlet, timer alone",
    { "GET list of pods": 180, "PATCH lease": 90, "GET Node": 15, "PATCH status of the Node": 3 },
  ],
  [
    "unitlet, watch = yes",
    { "GET list of pods": 15, "PATCH lease": 90, "GET Node": 15, "PATCH status of the Node": 3 },
  ],
  ["kubelet", { "PATCH lease": 90, "PATCH status of the Node": 3 }],
])("%s: the requests of three nodes in five minutes", (name, expected) => {
  expect(requestsOf(name)).toEqual(expected);
});

test("each renewal of a lease has another time, and each node its turn", () => {
  const lease = AGENTS.flatMap(({ fresh }) => fresh).filter(({ perMinute }) => perMinute === 6);
  const targets = repeatedTargets(SERVER, NODES, { requests: lease, seconds: 60, from: 0 });
  expect(new Set(targets.map(({ body }) => body)).size).toBe(18);
  expect(targets.slice(0, 4).map(({ header }) => header["Impersonate-User"])).toEqual(
    ["a", "b", "c", "a"].map((node) => [`system:node:${node}`]),
  );
});
