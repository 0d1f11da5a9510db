import { expect, test } from "vitest";
import type { Container } from "../../../src/model/api/pod.ts";
import { terminalProblems } from "../../../src/translate/host/terminal-problems.ts";
import { podOf, resolved } from "../base.ts";

const paths = (change: Partial<Container>, ignoreImages = false) =>
  terminalProblems([resolved(podOf(change), { ignoreImages })]).map(({ severity, path }) => `${severity} ${path}`);

test("a terminal on the host's files that is nobody's is not to be had, which is said", () => {
  const told = ["ignore spec.containers[app].tty"];
  expect(paths({ image: "host", tty: true })).toEqual(told);
  expect(paths({ image: "host", tty: true, stdin: true })).toEqual(told);
  expect(paths({ image: "nginx", tty: true }, true)).toEqual(told);
});

test("on an image there is one, or there is somebody, or nobody asks for it", () => {
  expect(paths({ image: "nginx", tty: true })).toEqual([]);
  expect(paths({ image: `https://a.example/b.tar#sha256=${"0".repeat(64)}`, tty: true })).toEqual([]);
  expect(paths({ image: "host", tty: true, stdin: true, stdinOnce: true })).toEqual([]);
  expect(paths({ image: "host", tty: false })).toEqual([]);
});
