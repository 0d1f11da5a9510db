import { expect, test } from "vitest";
import { redactCredentials } from "../../../src/model/image/image-reference.ts";

test.for([
  ["nginx@sha256:ab", "nginx@sha256:ab"],
  ["https://h.example/x.tar#sha256=ab", "https://h.example/x.tar#sha256=ab"],
  ["https://me:secret@h.example/x.tar#sha256=ab", "https://h.example/x.tar#sha256=ab"],
  ["https://me:a@b@h.example:8443/@/x.tar", "https://h.example:8443/@/x.tar"],
  ["https://token@h.example/x.tar?sig=secret&a=@#sha256=ab", "https://h.example/x.tar#sha256=ab"],
  ["http://me:secret@h.example/x.tar", "http://h.example/x.tar"],
] as const)("%s is shown as %s", ([image, shown]) => {
  expect(redactCredentials(image)).toBe(shown);
});
