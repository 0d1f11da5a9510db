import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { StoredImage } from "../../../src/model/image/image.ts";
import { credentialsAllow, hasUsedImage, pullCredentialKeys } from "../../../src/translate/images/image-access.ts";
import { pod } from "../base.ts";

const stored = (access?: readonly string[]) => (access === undefined ? {} : { access }) as StoredImage;
const key = (auth: string) => pullCredentialKeys(auth) ?? "";

test.for([
  ["what nobody needed credentials for", undefined, undefined, true],
  ["what somebody needed none for, with some", undefined, "mine", true],
  ["what was pulled with the same", [key("other"), key("mine")], "mine", true],
  ["what was pulled with others", [key("other")], "mine", false],
  ["what was pulled with some, with none", [key("other")], undefined, false],
] as const)("%s: %s", ([_, access, auth, expected]) => {
  expect(credentialsAllow(stored(access), auth)).toBe(expected);
});

describe("was let in when it came", () => {
  const ran = { name: "app", containerID: "systemd://1", image: "closed.example/app:1" };
  const own = { ...pod(), status: { containerStatuses: [ran, { name: "new" }] } } as unknown as Pod;
  const app = { name: "app", image: "closed.example/app:1" };

  test.for([
    ["a container that has run", app, true],
    ["one whose image was exchanged", { ...app, image: "closed.example/other:1" }, false],
    ["another one of its pod", { ...app, name: "new" }, false],
    ["what it mounts", { ...app, name: "data.volume", mountedBy: ["new", "app"] }, true],
    ["what it does not", { ...app, name: "data.volume", mountedBy: ["new"] }, false],
  ] as const)("%s: %s", ([_, user, expected]) => {
    expect(hasUsedImage(own, user)).toBe(expected);
  });
});
