import { expect, test } from "vitest";
import type { StoredImage } from "../../src/model/image/image.ts";
import { printMilliseconds, pulledMessage } from "../../src/report/pulled.ts";
import { agoText, NOW, pod } from "./base.ts";

const PRESENT = 'Container image "nginx" already present on machine and can be accessed by the pod';
const stored = (from: number, to: number) => ({ pulled: { from, to }, size: 4711 }) as StoredImage;
const arrived = { ...pod(), status: { startTime: agoText(60) } };

test("what was pulled for the pod, with how long it took and how much it was", () => {
  const message = 'Successfully pulled image "nginx" in 1.5s (1.5s including waiting). Image size: 4711 bytes.';
  expect(pulledMessage(arrived, { image: "nginx", stored: stored(NOW - 30_000, NOW - 28_500), isFirst: true })).toBe(
    message,
  );
});

test("what was there when the pod came", () => {
  expect(pulledMessage(arrived, { image: "nginx", stored: stored(NOW - 90_000, NOW - 80_000), isFirst: true })).toBe(
    PRESENT,
  );
});

test("what is there when the container starts again", () => {
  expect(pulledMessage(arrived, { image: "nginx", stored: stored(NOW - 30_000, NOW - 28_500), isFirst: false })).toBe(
    PRESENT,
  );
});

test("the host's own files", () => {
  expect(pulledMessage(arrived, { image: "host", stored: undefined, isFirst: true })).toBe(
    PRESENT.replace("nginx", "host"),
  );
});

test.for([
  [0, "0s"],
  [7, "7ms"],
  [999, "999ms"],
  [1000, "1s"],
  [61_250, "1m1.25s"],
  [3_600_000, "1h0m0s"],
] as const)("%i ms is %s", ([duration, text]) => {
  expect(printMilliseconds(duration)).toBe(text);
});
