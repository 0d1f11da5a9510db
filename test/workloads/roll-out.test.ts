import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fenceposts } from "../../src/workloads/deployment-limits.ts";
import { isAvailable, isKept } from "../../src/workloads/pods.ts";
import { forAll } from "../support/fuzz.ts";
import { document, Host, NOW, parsed, V2 } from "./base.ts";

const one = parsed(document("Deployment", { replicas: 1 }));
const two = parsed(document("Deployment", { replicas: 2 }));

describe("another template", () => {
  const next = parsed(document("Deployment", { replicas: 2 }, V2));
  const commands = (host: Host) => host.names.map((name) => name.split(" ").slice(1).join(" "));

  test("surges by one, and ends an old pod for each that is available", () => {
    const host = new Host().run([two]).ready().run([next]);
    expect(commands(host)).toEqual(["v1 Running", "v1 Running", "v2"]);
    host.after(1).run([next]);
    expect(commands(host)).toEqual(["v1 Running", "v1 Running", "v2"]);
    host.ready().run([next]);
    expect(commands(host)).toEqual(["v1 Running", "v1 Running ends", "v2 Running"]);
    host.gone().run([next]);
    expect(commands(host)).toEqual(["v1 Running", "v2 Running", "v2"]);
    host.ready().run([next]).gone().run([next]);
    expect(commands(host)).toEqual(["v2 Running", "v2 Running"]);
  });

  test("minReadySeconds delay each step, which is due then", () => {
    const slow = parsed(document("Deployment", { replicas: 1, minReadySeconds: 5 }, V2));
    const host = new Host().run([one]).ready().run([slow]).ready().run([slow]);
    expect([commands(host), host.dueAt]).toEqual([["v1 Running", "v2 Running"], NOW + 5000]);
    expect(commands(host.after(5).run([slow]))).toEqual(["v1 Running ends", "v2 Running"]);
  });

  test("after the clock was set back minReadySeconds do not last longer", () => {
    const slow = parsed(document("Deployment", { replicas: 1, minReadySeconds: 5 }, V2));
    const host = new Host().run([one]).ready().run([slow]).ready().run([slow]).after(-3600).run([slow]);
    expect(commands(host)).toEqual(["v1 Running ends", "v2 Running"]);
  });

  test("Recreate ends all old pods before it makes a new one", () => {
    const recreate = parsed(document("Deployment", { replicas: 2, strategy: { type: "Recreate" } }, V2));
    const host = new Host().run([two]).ready().run([recreate]);
    expect(commands(host)).toEqual(["v1 Running ends", "v1 Running ends"]);
    expect(commands(host.run([recreate]))).toEqual(["v1 Running ends", "v1 Running ends"]);
    expect(commands(host.gone().run([recreate]))).toEqual(["v2", "v2"]);
  });

  test("with the same port of the host is like Recreate", () => {
    const ports = (command: string) => ({
      hostNetwork: true,
      containers: [{ name: "main", command: [command], ports: [{ containerPort: 80 }] }],
    });
    const of = (command: string) => parsed(document("Deployment", {}, ports(command)));
    const host = new Host()
      .run([of("v1")])
      .ready()
      .run([of("v2")]);
    expect(commands(host)).toEqual(["v1 Running ends"]);
    expect(commands(host.gone().run([of("v2")]))).toEqual(["v2"]);
  });

  test("that does not get ready stops, and is told after progressDeadlineSeconds", () => {
    const host = new Host().run([two]).ready().run([next]);
    expect([host.dueAt, host.states[0]?.problem]).toEqual([NOW + 600_000, undefined]);
    host.after(600).run([next]);
    expect(commands(host)).toEqual(["v1 Running", "v1 Running", "v2"]);
    expect(host.states[0]?.problem).toBe(
      `ProgressDeadlineExceeded: ReplicaSet "web-${next.template.hash}" has timed out progressing. The pods of the old template that are needed stay: correct the template, or restore the old one`,
    );
  });

  test("that is taken back ends the new pod, and the problem is over", () => {
    const host = new Host().run([two]).ready().run([next]).after(600).run([next]).run([two]);
    expect(commands(host)).toEqual(["v1 Running", "v1 Running", "v2 ends"]);
    expect(host.gone().run([two]).states[0]?.problem).toBeUndefined();
  });
});

test.each([
  ["25%", "25%", 1, { maxSurge: 1, maxUnavailable: 0 }],
  ["25%", "25%", 10, { maxSurge: 3, maxUnavailable: 2 }],
  [0, "25%", 2, { maxSurge: 0, maxUnavailable: 1 }],
  [1, 5, 2, { maxSurge: 1, maxUnavailable: 2 }],
  ["0%", 1, 0, { maxSurge: 0, maxUnavailable: 0 }],
])("maxSurge %s and maxUnavailable %s of %i replicas", (maxSurge, maxUnavailable, replicas, expected) => {
  expect(fenceposts({ maxSurge, maxUnavailable }, replicas)).toEqual(expected);
});

test("a rollout never has more pods than replicas and surge, nor fewer available ones than it may", () => {
  const limit = fc.nat({ max: 3 });
  const event = fc.record({
    ready: fc.nat({ max: 5 }),
    gone: fc.boolean(),
    version: fc.constantFrom("v1", "v2", "v3"),
  });
  const values = fc.record({
    replicas: fc.integer({ min: 1, max: 5 }),
    maxSurge: limit,
    unavailable: limit,
    events: fc.array(event, { maxLength: 30 }),
  });
  const claim = ({
    replicas,
    maxSurge,
    unavailable,
    events,
  }: typeof values extends fc.Arbitrary<infer T> ? T : never) => {
    const maxUnavailable = maxSurge === 0 ? Math.max(1, unavailable) : unavailable;
    const of = (version: string) =>
      parsed(
        document(
          "Deployment",
          { replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } },
          { containers: [{ name: "main", command: [version] }] },
        ),
      );
    const host = new Host().run([of("v1")]).ready();
    const available = () => host.pods.filter((each) => isKept(each) && isAvailable(each, 0, host.now)).length;
    for (const { ready, gone, version } of events) {
      host.after(1).run([of(version)]);
      expect(available()).toBeGreaterThanOrEqual(Math.max(0, replicas - maxUnavailable));
      expect(host.pods.filter(isKept).length).toBeLessThanOrEqual(replicas + maxSurge);
      host.ready(({ ordinal }) => ordinal <= ready);
      if (gone) host.gone();
    }
    // It comes to its end when all pods get ready.
    for (let step = 0; step < 40; step++)
      host
        .ready()
        .run([of("v3")])
        .gone();
    expect(host.pods.map(({ pod }) => pod.spec.containers[0]?.command)).toEqual(Array(replicas).fill(["v3"]));
  };
  forAll(values, claim, 3);
});
