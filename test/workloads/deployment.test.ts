import { describe, expect, test } from "vitest";
import { document, endedWith, Host, NOW, parsed, V2 } from "./base.ts";

const one = parsed(document("Deployment", { replicas: 1 }));
const two = parsed(document("Deployment", { replicas: 2 }));
const V1_NAMES = ["web-ebfe899feb-58654", "web-ebfe899feb-5423b"];

test("a Deployment becomes pods as its ReplicaSet makes them", () => {
  const [owned] = new Host().run([one]).pods;
  const hash = one.template.hash;
  expect(owned).toEqual({
    ordinal: 0,
    templateHash: hash,
    pod: {
      metadata: {
        name: expect.stringMatching(`^web-${hash}-[0-9a-f]{5}$`),
        namespace: "default",
        uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        creationTimestamp: "2026-03-01T12:00:00Z",
        labels: { app: "web", "pod-template-hash": hash },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            name: `web-${hash}`,
            uid: expect.any(String),
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        nodeName: "edge",
        hostNetwork: false,
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        containers: [{ name: "main", image: "host", command: ["v1"] }],
      },
    },
  });
});

test("names and UIDs are the same for a host that has forgotten everything", () => {
  const ids = (host: Host) => host.pods.map(({ pod: { metadata } }) => [metadata.name, metadata.uid]);
  expect(ids(new Host().run([two]))).toEqual(ids(new Host().after(60).run([two])));
  expect(new Host().run([two]).names).toEqual(V1_NAMES.map((name) => `${name} v1`));
});

test("a second run changes nothing", () => {
  const host = new Host().run([two]);
  const { states } = host;
  expect(host.after(1).run([two]).states).toEqual(states);
});

describe("replicas", () => {
  test("more are added", () => {
    const host = new Host().run([one]).ready().run([two]);
    expect(host.names).toEqual([`${V1_NAMES[0]} v1 Running`, `${V1_NAMES[1]} v1`]);
  });

  test("of fewer, the one that is not ready ends first", () => {
    const host = new Host()
      .run([two])
      .ready(({ ordinal }) => ordinal === 1)
      .run([one]);
    expect(host.names).toEqual([`${V1_NAMES[0]} v1 ends`, `${V1_NAMES[1]} v1 Running`]);
  });

  test("none ends all, by the grace period of their pods", () => {
    const host = new Host()
      .run([one])
      .ready()
      .run([parsed(document("Deployment", { replicas: 0 }))]);
    expect(host.pods[0]?.pod.metadata).toMatchObject({
      deletionTimestamp: "2026-03-01T12:00:30Z",
      deletionGracePeriodSeconds: 30,
    });
  });

  test("more than one pod with a port of the host are not made, and it is told", () => {
    const pod = { hostNetwork: true, containers: [{ name: "main", ports: [{ containerPort: 80 }] }] };
    const host = new Host().run([parsed(document("Deployment", { replicas: 3 }, pod))]);
    expect([host.pods.length, host.states[0]?.problem]).toEqual([
      1,
      "spec.replicas: one host has port 80/TCP once, so one pod of 3 runs: write 1, or give the pods a network of their own",
    ]);
  });
});

test("a pod that has ended by itself is replaced after 10 s, and the next one after 20 s", () => {
  const host = new Host().run([one]).set(endedWith("Failed", NOW)).run([one]);
  expect([host.names, host.dueAt]).toEqual([[`${V1_NAMES[0]} v1 Failed`], NOW + 10_000]);
  host.after(10).run([one]).run([one]);
  expect(host.names).toEqual([`${V1_NAMES[0]} v1 Failed ends`, `${V1_NAMES[1]} v1`]);
  host.gone().set(endedWith("Failed", host.now)).run([one]);
  expect(host.dueAt).toBe(host.now + 20_000);
});

test("after the clock was set back the delay is no longer than without it", () => {
  const host = new Host().run([one]).set(endedWith("Failed", NOW)).run([one]).after(-3600).run([one]);
  expect(host.dueAt).toBe(host.now + 10_000);
});

test("a first rollout that does not get ready has no old pods to tell of", () => {
  const host = new Host().run([one]).after(600).run([one]);
  expect(host.states[0]?.problem).toBe(
    `ProgressDeadlineExceeded: ReplicaSet "web-${one.template.hash}" has timed out progressing. Its pods do not get ready: see unitlet status, and journalctl -u unitlet-sync for failed probes`,
  );
});

describe("a rollout that is complete", () => {
  const hasProblem = (host: Host) => host.states[0]?.problem !== undefined;
  const complete = () => new Host().run([two]).ready().run([two]);
  const lost = (host: Host) => host.set(endedWith("Running", host.now), ({ ordinal }) => ordinal === 1);

  test("has no deadline for a pod that gets unready later", () => {
    const host = lost(complete()).run([two]);
    expect(host.dueAt).toBeUndefined();
    expect(hasProblem(host.after(3600).run([two]))).toBe(false);
  });

  test("has none for replicas that are added", () => {
    const three = parsed(document("Deployment", { replicas: 3 }));
    expect(hasProblem(complete().run([three]).after(3600).run([three]))).toBe(false);
  });

  test("is followed by one that has", () => {
    const next = parsed(document("Deployment", { replicas: 2 }, V2));
    expect(hasProblem(complete().run([next]).after(600).run([next]))).toBe(true);
  });
});

test("a grace period that ends after the year 9999 ends a pod whose Deployment is gone", () => {
  const web = parsed(document("Deployment", {}, { terminationGracePeriodSeconds: 2 ** 53 - 1 }));
  expect(new Host().run([web]).run([]).pods[0]?.pod.metadata).toMatchObject({
    deletionTimestamp: "9999-12-31T23:59:59Z",
    deletionGracePeriodSeconds: 2 ** 53 - 1,
  });
});

test("a stored pod of another form leaves the other pods as they are", () => {
  const host = new Host().run([one, parsed(document("Deployment", {}, {}, "shop"))]);
  const [broken, ...others] = host.states;
  const pods = broken?.pods.map(({ pod, ...rest }) => ({
    ...rest,
    pod: { ...pod, spec: { ...pod.spec, terminationGracePeriodSeconds: "soon" } },
  }));
  host.states = [{ ...broken, pods }, ...others] as unknown as Host["states"];
  expect(host.run([]).states.map(({ problem }) => problem)).toEqual([
    "cannot be handled, which is a bug of unitlet: Invalid time value",
    undefined,
  ]);
  expect(host.names).toEqual([expect.stringMatching(/ v1$/), expect.stringMatching(/^shop-.* v1 ends$/)]);
});

describe("the directory", () => {
  test("without the Deployment ends its pods, and forgets it when they are gone", () => {
    const host = new Host().run([one]).run([]);
    expect(host.names).toEqual([`${V1_NAMES[0]} v1 ends`]);
    expect(host.gone().run([]).states).toEqual([]);
  });

  test("that cannot be read in full ends nothing", () => {
    const host = new Host().run([one]).run([], { complete: false });
    expect(host.names).toEqual([`${V1_NAMES[0]} v1`]);
  });
});
