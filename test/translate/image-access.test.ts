import { expect, test } from "vitest";
import type { StoredImage } from "../../src/model/image.ts";
import type { Pod } from "../../src/model/pod.ts";
import { accessOf, mayHave } from "../../src/translate/image-access.ts";
import { pod } from "./base.ts";

const stored = (access?: readonly string[]) => (access === undefined ? {} : { access }) as StoredImage;
const key = (auth: string) => accessOf(auth) ?? "";

test.for([
  ["what nobody needed credentials for", undefined, undefined, true],
  ["what somebody needed none for, with some", undefined, "mine", true],
  ["what was pulled with the same", [key("other"), key("mine")], "mine", true],
  ["what was pulled with others", [key("other")], "mine", false],
  ["what was pulled with some, with none", [key("other")], undefined, false],
] as const)("%s: %s", ([_, access, auth, expected]) => {
  expect(mayHave(pod(), ["app"], stored(access), auth)).toBe(expected);
});

test("a container that has run keeps what it has, another one of its pod does not get it", () => {
  const status = { containerStatuses: [{ name: "app", containerID: "systemd://1" }, { name: "new" }] };
  const own = { ...pod(), status } as unknown as Pod;
  expect(["app", "new", "none"].map((name) => mayHave(own, [name], stored(["other"]), undefined))).toEqual([
    true,
    false,
    false,
  ]);
});
