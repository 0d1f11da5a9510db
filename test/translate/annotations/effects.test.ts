import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { Runnable } from "../../../src/model/translation.ts";
import { withUsers } from "../../../src/translate/annotations/user.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { container, directive, HOST, pod, runnable, translate } from "../base.ts";

const TWO = { securityContext: { runAsUser: 1000 }, containers: [container(), container({ name: "other" })] };
const annotated = (annotations: Readonly<Record<string, string>>) => pod(TWO, { annotations });

describe("in the unit of the container,", () => {
  test.for<[string, string, string, readonly string[]]>([
    ["ulimits", "nofile=1024:4096", "LimitNOFILE", ["1024:4096"]],
    ["ulimits", "memlock=infinity", "LimitMEMLOCK", ["infinity"]],
    ["notify", "yes", "Type", ["exec", "notify"]],
    ["notify", "no", "Type", ["exec"]],
    ["notify", "yes", "NotifyAccess", ["all"]],
  ])("%s: %s is %s=%j", ([name, value, key, expected]) => {
    expect(directive(annotated({ [`unitlet.dev/${name}`]: value }), key)).toEqual(expected);
  });

  test("watchdog is WatchdogSec=", () => {
    const of = annotated({ "unitlet.dev/notify": "yes", "unitlet.dev/watchdog": "30s" });
    expect(directive(of, "WatchdogSec")).toEqual(["30"]);
  });

  test("start-after is After=, of this container alone", () => {
    const of = annotated({ "unitlet.dev/start-after.app": "other" });
    expect(directive(of, "After")).toContain("unitlet.shop.web.other.service");
    expect(directive(of, "After", "other")).not.toContain("unitlet.shop.web.app.service");
  });

  test("back-off is for container-start", () => {
    const of = annotated({ "unitlet.dev/back-off": "1s 60s" });
    expect(directive(of, "ExecStartPre")[0]).toMatch(/ "1" "60" "600"$/);
  });

  test("auto-update changes nothing: a container that gets the annotation later goes on", () => {
    const hash = (of: Pod) => (translate(of) as Runnable).containers[0]?.unit?.identity.specHash;
    expect(hash(annotated({ "unitlet.dev/auto-update": "registry" }))).toEqual(hash(annotated({})));
  });

  test("another value is another container", () => {
    const hash = (value: string) =>
      (translate(annotated({ "unitlet.dev/ulimits": value })) as Runnable).containers[0]?.unit?.identity.specHash;
    expect(hash("core=0")).not.toEqual(hash("core=1"));
  });
});

test("reload names the signal and the volumes", () => {
  const mounted = { volumeMounts: [{ name: "settings", mountPath: "/run/settings" }] };
  const volumes = [{ name: "settings" }];
  const of = pod({ volumes, containers: [container(mounted)] }, { annotations: { "unitlet.dev/reload": "HUP" } });
  const { containers } = translate(of) as Runnable;
  expect(containers[0]?.reload).toEqual({ signal: "HUP", volumes: ["settings"] });
});

describe("a user by name", () => {
  const users = new Map([["postgres", { uid: 70, gid: 71 }]]);
  const files = { landlockABI: 7, present: new Set<string>(), hosts: "", resolvConf: "", users };
  const host = { ...HOST, confinementProbe: files };
  const of = annotated({ "unitlet.dev/user.app": "postgres" });

  test("is one other than root for runAsNonRoot", () => {
    const alone = pod({ securityContext: { runAsNonRoot: true } }, { annotations: { "unitlet.dev/user": "postgres" } });
    expect(translate(alone, { host }).kind).toBe("runnable");
  });

  test("that a pod which runs is given later does not take the place of its number", () => {
    const status = { phase: "Running", startTime: "2026-01-01T00:00:00Z" };
    const { containers } = runnable({ ...of, status } as Pod, { host });
    expect(containers[0]?.unit?.text).toContain('"--reuid" "1000"');
  });

  test("is one by numbers, for this container alone", () => {
    const { containers } = withUsers(of, users).spec;
    expect(containers.map(({ securityContext }) => securityContext)).toEqual([
      { runAsUser: 70, runAsGroup: 71 },
      undefined,
    ]);
  });

  test("changes no pod that names none", () => {
    expect(withUsers(pod(), users)).toEqual(pod());
  });
});

test("listen is a socket unit in the pod's slice, which the container brings along", () => {
  const of = pod({}, { annotations: { "unitlet.dev/listen": "80 udp:53" } });
  const { auxiliaryUnits, slice } = translate(of) as Runnable;
  expect(auxiliaryUnits.map(({ name, identity, wanted }) => [name, identity.kind, wanted])).toEqual([
    ["unitlet-socket.shop.web.app.socket", "socket", false],
  ]);
  expect(decodeUnit(auxiliaryUnits[0]?.text ?? "").Socket).toMatchObject({
    ListenStream: ["80"],
    ListenDatagram: ["53"],
    Service: ["unitlet.shop.web.app.service"],
    Slice: [slice.name],
  });
  expect(directive(of, "Wants")).toEqual(["unitlet-socket.shop.web.app.socket"]);
  expect(directive(of, "Sockets")).toEqual(["unitlet-socket.shop.web.app.socket"]);
});
