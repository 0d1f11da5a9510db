import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UnitOwner, UnitSections } from "../../src/model/unit.ts";
import { encodeOwnUnit, isIntact, readIdentity } from "../../src/unitfile/identity.ts";
import { forAll } from "../support/fuzz.ts";

const IDENTITY: UnitOwner = {
  namespace: "shop",
  pod: "web.x",
  podUID: "5f0c3a2e-0000-4000-8000-000000000001",
  container: "app",
  kind: "container",
  specHash: "0123456789abcdef",
};

const SECTIONS: UnitSections = [
  ["Unit", [["Description", "x"]]],
  ["Service", [["ExecStart", ':"/bin/x"']]],
];
const TEXT = encodeOwnUnit(IDENTITY, SECTIONS);
const SECTION = TEXT.slice(0, TEXT.indexOf("\n[Unit]"));

test("what was written is read back", () => {
  // Namespaces may have these names.
  const word = fc.oneof(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/), fc.constantFrom("true", "false", "null"));
  const required = {
    namespace: word,
    pod: word,
    podUID: fc.uuid(),
    container: fc.oneof(word, fc.constant("")),
    kind: fc.constantFrom("container" as const, "init" as const, "slice" as const),
    specHash: fc.stringMatching(/^[0-9a-f]{16}$/),
  };
  const optional = {
    serviceType: fc.constantFrom("exec", "forking", "notify", "oneshot"),
    stopHelper: fc.constant(true),
    stopTimeout: fc.nat(),
  };
  const identity: fc.Arbitrary<UnitOwner> = fc.record(
    { ...required, ...optional },
    { requiredKeys: ["namespace", "pod", "podUID", "container", "kind", "specHash"] },
  );
  forAll(identity, (each) => {
    expect(readIdentity(encodeOwnUnit(each, SECTIONS))).toEqual(each);
  });
});

describe("a unit stays ours", () => {
  const edits: [string, string][] = [
    ["with other sections in another order", `[Service]\nExecStart=/bin/x\n\n${SECTION}`],
    ["with a section that cannot be read", `${TEXT}[Service]\nthis is no assignment\n[broken\n`],
    ["with a comment in its section", TEXT.replace("Kind=", "# edited by hand\nKind=")],
    ["with blanks around values", TEXT.replace("Kind=", "Kind =  ")],
    ["saved by an editor from Windows", TEXT.replaceAll("\n", "\r\n")],
    ["with lines after it", `${SECTION}Extra=1\n`],
  ];

  test.for(edits)("%s", ([, text]) => {
    expect(readIdentity(text)).toEqual(IDENTITY);
  });
});

describe("a unit is not ours", () => {
  const foreign: [string, string][] = [
    ["without the section", TEXT.replace("[X-Kubernetes]", "[X-Other]")],
    ["when it is empty", ""],
    ["with the section only in a comment", TEXT.replace("[X-Kubernetes]", "# [X-Kubernetes]")],
    ["with the section only in a value", TEXT.replace("[X-Kubernetes]", "[Unit]\nDescription=[X-Kubernetes]")],
    ["with the section behind what is no line end", TEXT.replace("[X-Kubernetes]", "# \u2028[X-Kubernetes]")],
    ["without a UID", TEXT.replace(/PodUID=.*\n/, "")],
    ["with an empty namespace", TEXT.replace("Namespace=shop", "Namespace=")],
    ["without a pod", TEXT.replace(/Pod=.*\n/, "")],
    ["of a kind that nobody knows", TEXT.replace("Kind=container", "Kind=volume")],
    ["with a line in its section that nobody can read", TEXT.replace("Kind=", "what is this\nKind=")],
    ["with its section cut off", TEXT.slice(0, 60)],
  ];

  test.for(foreign)("%s", ([, text]) => {
    expect(readIdentity(text)).toBeUndefined();
  });

  test("whatever else its text is: reading it never throws", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom(...TEXT.split("\n"), "[", "]", "=", "\\", "\0", "[X-Kubernetes]"))
        .map((l) => l.join("\n")),
    );
    forAll(text, (each) => expect(() => readIdentity(each)).not.toThrow());
  });
});

describe("a unit is as we wrote it", () => {
  test("whatever is in it", () => {
    const value = fc.stringMatching(/^[a-z]{1,8}$/);
    forAll(value, (each) => expect(isIntact(encodeOwnUnit(IDENTITY, [["Unit", [["Description", each]]]]))).toBe(true));
  });

  test("when nobody touched it", () => {
    expect(isIntact(TEXT)).toBe(true);
  });

  const touched: [string, string][] = [
    ["another value", TEXT.replace("Description=x", "Description=y")],
    ["a line more", `${TEXT}User=root\n`],
    ["a line less", TEXT.replace("Description=x\n", "")],
    ["no digest", TEXT.replace(/TextHash=.*\n/, "")],
    ["nothing but the section", SECTION],
  ];

  test.for(touched)("not with %s", ([, text]) => {
    expect(isIntact(text)).toBe(false);
  });
});
