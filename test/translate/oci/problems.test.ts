import { expect, test } from "vitest";
import type { Container } from "../../../src/model/pod.ts";
import { imageProblems } from "../../../src/translate/oci/problems.ts";
import { CONFIG, podOf } from "../base.ts";

const paths = (change: Partial<Container>, images: "any" | "ignore" = "any") =>
  imageProblems(podOf(change), { ...CONFIG, images }).map(({ severity, path }) => `${severity} ${path}`);

test("standard input is not to be had on an image, which is said", () => {
  expect(paths({ image: "nginx", stdin: true })).toEqual(["ignore spec.containers[app].stdin"]);
});

test("elsewhere it is, or nobody asks for it", () => {
  expect(paths({ image: "nginx" })).toEqual([]);
  expect(paths({ image: "host", stdin: true })).toEqual([]);
  expect(paths({ image: "nginx", stdin: true }, "ignore")).toEqual([]);
});
