import { describe, expect, test } from "vitest";
import { parseLogOptions } from "../../../src/serve/logs/log-options.ts";

const NOW = Date.parse("2026-01-02T03:04:05.678Z");
const PLAIN = { follow: false, previous: false, timestamps: false };

describe("parseLogOptions()", () => {
  test.each<[string, object]>([
    ["", {}],
    ["follow=true", { follow: true }],
    ["follow", { follow: true }],
    ["follow=False&previous=0", {}],
    ["previous=1&timestamps=yes", { previous: true, timestamps: true }],
    ["tailLines=0", { tailLines: 0 }],
    ["tailLines=5&tailLines=6", { tailLines: 5 }],
    ["tail=7&tailLines=x", { tailLines: 7 }],
    ["tail=all&tailLines=3", {}],
    ["limitBytes=1", { limitBytes: 1 }],
    ["sinceSeconds=60", { since: NOW - 60_000 }],
    ["sinceTime=2026-01-02T03:04:05Z", { since: NOW - 678 }],
    ["sinceTime=2026-01-02T04:04:05.5%2B01:00", { since: NOW - 178 }],
    ["sinceTime=", {}],
    ["stream=All", {}],
    ["unknown=1", {}],
  ])("%s", (query, expected) => {
    expect(parseLogOptions(new URLSearchParams(query), NOW)).toEqual({ ...PLAIN, ...expected });
  });

  test.each([
    ["tailLines=x", 400, '{"message": "Unable to decode query."}'],
    ["tailLines=", 400, '{"message": "Unable to decode query."}'],
    ["tailLines=1e3", 400, '{"message": "Unable to decode query."}'],
    ["tailLines=99999999999999999999", 400, '{"message": "Unable to decode query."}'],
    ["limitBytes=1.5", 400, '{"message": "Unable to decode query."}'],
    ["sinceTime=yesterday", 400, '{"message": "Unable to decode query."}'],
    ["sinceTime=2026-01-02", 400, '{"message": "Unable to decode query."}'],
    ["tailLines=-1", 422, '{"message": "Invalid request."}'],
    ["limitBytes=0", 422, '{"message": "Invalid request."}'],
    ["sinceSeconds=0", 422, '{"message": "Invalid request."}'],
    ["sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z", 422, '{"message": "Invalid request."}'],
    ["stream=Both", 422, '{"message": "Invalid request."}'],
    ["stream=Stdout&tailLines=1", 422, '{"message": "Invalid request."}'],
    ["stream=Stderr", 400, 'stream "Stderr" is not available: this node stores both streams of a container as one'],
  ])("refuses %s with %d", (query, status, message) => {
    const parse = () => parseLogOptions(new URLSearchParams(query), NOW);
    expect(parse).toThrow(expect.objectContaining({ status, message }));
  });
});
