import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  asUnitName,
  auxiliaryUnitName,
  containerUnitName,
  isHostUnit,
  mountUnitName,
  namesProblem,
  podCgroup,
  podSliceName,
} from "../../src/unitfile/names.ts";
import { forAll } from "../support/fuzz.ts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const podName = fc
  .array(label, { minLength: 1, maxLength: 6 })
  .map((labels) => labels.join("."))
  .filter((name) => name.length <= 253);
const uid = fc.uuid();

describe("containerUnitName()", () => {
  test("names namespace, pod and container", () => {
    expect(containerUnitName("shop", "web-7d9.x", "app")).toBe("unitlet.shop.web-7d9.x.app.service");
  });

  test("of 255 characters is written out", () => {
    const pod = "p".repeat(255 - "unitlet.shop..app.service".length);
    const name = `unitlet.shop.${pod}.app.service`;
    expect(containerUnitName("shop", pod, "app")).toBe(name);
    expect(asUnitName(name)).toBe(name);
  });

  test("of 256 characters has a hash for the pod", () => {
    const pod = "p".repeat(256 - "unitlet.shop..app.service".length);
    expect(containerUnitName("shop", pod, "app")).toBe(
      "unitlet.shop.dd728ed68efcd83d14f77fa2bfe0797d14cf4786.app.service",
    );
  });

  test("has another hash for the same pod name in another namespace", () => {
    const hash = (namespace: string) => containerUnitName(namespace, "p".repeat(253), "app").split(".")[2];
    expect(hash("shop")).not.toBe(hash("test"));
  });

  test("is a name that systemd takes and that we know again, however long its parts", () => {
    forAll(fc.tuple(label, podName, label), ([namespace, pod, container]) => {
      const name = containerUnitName(namespace, pod, container);
      expect(name.length).toBeLessThanOrEqual(255);
      expect(asUnitName(name)).toBe(name);
    });
  });

  test("differs for containers that differ", () => {
    forAll(
      fc.uniqueArray(fc.tuple(label, podName, label), { minLength: 2, maxLength: 2, selector: String }),
      (both) => {
        const [one, other] = both.map((names) => containerUnitName(...names));
        expect(one).not.toBe(other);
      },
    );
  });
});

describe("podSliceName()", () => {
  const of = "5f0c3a2e-0000-4000-8000-000000000001";

  test.for([
    ["Guaranteed", "unitlet-pod5f0c3a2e_0000_4000_8000_000000000001.slice"],
    ["Burstable", "unitlet-burstable-pod5f0c3a2e_0000_4000_8000_000000000001.slice"],
    ["BestEffort", "unitlet-besteffort-pod5f0c3a2e_0000_4000_8000_000000000001.slice"],
  ] as const)("of a %s pod", ([qos, expected]) => {
    expect(podSliceName(of, qos)).toBe(expected);
  });

  test.for([
    ["Guaranteed", "unitlet.slice/unitlet-pod5f0c3a2e_0000_4000_8000_000000000001.slice"],
    [
      "Burstable",
      "unitlet.slice/unitlet-burstable.slice/unitlet-burstable-pod5f0c3a2e_0000_4000_8000_000000000001.slice",
    ],
  ] as const)("the cgroup of a %s pod", ([qos, expected]) => {
    expect(podCgroup(of, qos)).toBe(expected);
  });

  test("is known again", () => {
    forAll(fc.tuple(uid, fc.constantFrom("Guaranteed", "Burstable", "BestEffort")), ([id, qos]) => {
      expect(asUnitName(podSliceName(id, qos))).toBe(podSliceName(id, qos));
    });
  });
});

describe("auxiliaryUnitName()", () => {
  test("names the kind, which a container's unit has not", () => {
    expect(auxiliaryUnitName("image", { namespace: "shop", name: "web-7d9.x" }, "app")).toBe(
      "unitlet-image.shop.web-7d9.x.app.service",
    );
  });

  test("is a name that systemd takes and that we know again, however long its parts", () => {
    forAll(fc.tuple(label, podName, label), ([namespace, name, container]) => {
      const unit = auxiliaryUnitName("sandbox", { namespace, name }, container, "timer");
      expect(unit.length).toBeLessThanOrEqual(255);
      expect(asUnitName(unit)).toBe(unit);
    });
  });
});

describe("mountUnitName()", () => {
  test.for([
    ["/run/unitlet/pods/5f0c-a/volumes/data", "run-unitlet-pods-5f0c\\x2da-volumes-data.mount"],
    ["/var/lib/unitlet//a b/ü\\/", "var-lib-unitlet-a\\x20b-\\xc3\\xbc\\x5c.mount"],
  ] as const)("of %s", ([path, expected]) => {
    expect(mountUnitName(path)).toBe(expected);
    expect(asUnitName(expected)).toBe(expected);
  });
});

describe("asUnitName()", () => {
  const others = [
    ...["unitlet.slice", "unitlet-burstable.slice", "unitlet-besteffort.slice", "unitlet-deadline-17.timer"],
    ...["run-unitlet.mount", "run-unitlet-a/b.mount", "srv-unitlet-x.mount", "unitlet-image.shop.web.service"],
    ...["unitlet..service", "unitlet.SHOP.web.app.service", "unitlet.shop.web.app.service.d", "unitlet.a.b.c.timer"],
    ...["xunitlet.a.b.c.service", "unitlet.a/b.c.service", "unitlet.a.b.c.service\n", "../unitlet.a.b.c.service"],
    ...["unitlet-pod.slice", "unitlet-pod5f0c-1.slice", "unitlet-other-pod5f0c.slice", "unitlet.a@b.service", ""],
    `unitlet.${"a".repeat(240)}.service`,
  ];

  test.for(others)("is not %j", (name) => {
    expect(asUnitName(name)).toBeUndefined();
  });

  test.for(readdirSync("units"))("is not our own %s", (name) => {
    expect(asUnitName(name)).toBeUndefined();
  });
});

describe("namesProblem()", () => {
  const good = { namespace: "shop", name: "web-7d9.x", uid: "5f0c3a2e-0000-4000-8000-000000000001" };
  const bad: [string, Partial<typeof good>, readonly string[], string][] = [
    ["namespace with a dot", { namespace: "a.b" }, ["app"], 'metadata.namespace "a.b" is not a DNS label'],
    ["namespace with a slash", { namespace: "../etc" }, ["app"], 'metadata.namespace "../etc" is not a DNS label'],
    ["no namespace", { namespace: "" }, ["app"], 'metadata.namespace "" is not a DNS label'],
    ["pod in capitals", { name: "Web" }, ["app"], 'metadata.name "Web" is not a DNS subdomain'],
    ["pod with a newline", { name: "web\n" }, ["app"], 'metadata.name "web\\n" is not a DNS subdomain'],
    ["pod with two dots", { name: "a..b" }, ["app"], 'metadata.name "a..b" is not a DNS subdomain'],
    ["pod of 254", { name: "a".repeat(254) }, ["app"], `metadata.name "${"a".repeat(254)}" is not a DNS subdomain`],
    ["UID with a path", { uid: "../x" }, ["app"], 'metadata.uid "../x" is not a UID'],
    ["UID with an underscore", { uid: "a_b" }, ["app"], 'metadata.uid "a_b" is not a UID'],
    ["container with a dot", {}, ["app", "a.b"], 'container name "a.b" is not a DNS label'],
    ["container of 64", {}, ["a".repeat(64)], `container name "${"a".repeat(64)}" is not a DNS label`],
    ["container twice", {}, ["app", "app"], 'container name "app" is used twice'],
  ];

  test.for([
    [good, ["init", "app"]],
    [{ namespace: "a", name: "b", uid: "c" }, ["d"]],
    [{ namespace: "aa", name: "bb", uid: "cc" }, ["dd", "d-d"]],
    [{ namespace: "a".repeat(63), name: "b".repeat(253), uid: "c".repeat(63) }, ["d".repeat(63)]],
  ] as const)("is content with %j and %j", ([pod, containers]) => {
    expect(namesProblem(pod, containers)).toBeUndefined();
  });

  test.for(bad)("%s", ([, change, containers, message]) => {
    expect(namesProblem({ ...good, ...change }, containers)).toBe(message);
  });
});

test.each<[string, boolean]>([
  ["nginx.service", true],
  ["unitlet.shop.web.app.service", false],
  ["unitlet.shop.tick.timer", false],
  ["unitlet-burstable-pod1.slice", false],
  ["unitlet-image@1.service", false],
  ["run-unitlet-pods-1.mount", false],
])("%s is a service of the host: %s", (name, expected) => {
  expect(isHostUnit(name)).toBe(expected);
});
