import { describe, expect, test } from "vitest";
import type { Container, Pod, PodSpec } from "../../../src/model/api/pod.ts";
import {
  annotationOptions,
  annotationProblems,
  dropInvalidAnnotations,
} from "../../../src/translate/annotations/options.ts";
import { ANNOTATIONS } from "../../../src/translate/annotations/table.ts";
import { container, pod } from "../base.ts";

const TWO = { containers: [container(), container({ name: "other" })] };
const USERS = new Map([
  ["postgres", { uid: 70, gid: 71 }],
  ["root", { uid: 0, gid: 0 }],
]);

function annotated(annotations: Readonly<Record<string, string>>, spec: Partial<PodSpec> = TWO): Pod {
  const prefixed = Object.entries(annotations).map(([name, value]) => [`unitlet.dev/${name}`, value]);
  return pod(spec, { annotations: Object.fromEntries(prefixed) });
}

const wishes = (annotations: Readonly<Record<string, string>>, name = "app") =>
  annotationOptions(annotated(annotations), container({ name }));

test("a pod without annotations wishes nothing", () => {
  expect(annotationOptions(pod(), container())).toEqual({});
});

test.for<[string, string, object]>([
  ["ulimits", "nofile=1024", { ulimits: { nofile: { soft: 1024, hard: 1024 } } }],
  [
    "ulimits",
    "nofile=1024:4096 core=0",
    { ulimits: { nofile: { soft: 1024, hard: 4096 }, core: { soft: 0, hard: 0 } } },
  ],
  [
    "ulimits",
    "memlock=infinity",
    { ulimits: { memlock: { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY } } },
  ],
  ["user", "postgres", { user: "postgres" }],
  ["start-after", "db cache", { startAfter: ["db", "cache"] }],
  ["reload", "HUP", { reload: "HUP" }],
  ["notify", "yes", { notify: true }],
  ["notify", "no", { notify: false }],
  ["watchdog", "30s", { watchdog: 30 }],
  ["listen", "80", { listen: [{ directive: "ListenStream", address: "80" }] }],
  [
    "listen",
    "udp:53 [2001:db8::7]:80 /run/pods/shop/web.sock",
    {
      listen: [
        { directive: "ListenDatagram", address: "53" },
        { directive: "ListenStream", address: "[2001:db8::7]:80" },
        { directive: "ListenStream", address: "/run/pods/shop/web.sock" },
      ],
    },
  ],
  ["back-off", "1s 60s", { backOff: { first: 1, longest: 60, stable: 600 } }],
  ["back-off", "1s 60s 5s", { backOff: { first: 1, longest: 60, stable: 5 } }],
  ["auto-update", "registry", { autoUpdate: "registry" }],
])("%s: %s", ([name, value, expected]) => {
  expect(wishes({ [name]: value })).toEqual(expected);
});

test("the container's own word counts before the pod's", () => {
  const both = { reload: "HUP", "reload.other": "USR1" };
  expect([wishes(both), wishes(both, "other")]).toEqual([{ reload: "HUP" }, { reload: "USR1" }]);
});

test.for(Object.entries(ANNOTATIONS))("the README's example of %s is one", ([, { example, parse }]) => {
  expect(parse(example)).toBeDefined();
});

describe("refused is", () => {
  const cases: [string, string][] = [
    ["ulimits", "nofile"],
    ["ulimits", "nofile=2:1"],
    ["auto-update", "local"],
    ["auto-update", ""],
    ["ulimits", "nofile=1;2"],
    ["ulimits", "cpu=1"],
    ["ulimits", "constructor=1"],
    ["ulimits", ""],
    ["ulimits", "nofile=1\nUser=root"],
    ["user", "nobody-knows"],
    ["user", "70"],
    ["user", "../root"],
    ["start-after", "nobody"],
    ["start-after", "app"],
    ["start-after", "other\n[Service]"],
    ["reload", "KILL"],
    ["reload", "hup"],
    ["notify", "true"],
    ["notify", "constructor"],
    ["watchdog", "30s"],
    ["watchdog", "0s"],
    ["watchdog", "1d"],
    ["listen", "http"],
    ["listen", "0"],
    ["listen", "65536"],
    ["listen", "/etc/x.sock"],
    ["listen", "/run/systemd/private"],
    ["listen", "/run/nscd/socket"],
    ["listen", "/run/pods/web.sock"],
    ["listen", "/run/pods/other/web.sock"],
    ["listen", "/run/pods/shop/../../nscd/socket"],
    ["listen", "/run/x/../dbus/socket"],
    ["listen", "80\nService=x"],
    ["back-off", "1s"],
    ["back-off", "60s 1s"],
    ["back-off", "1s 60s 1s 1s"],
    ["back-off", "0s 60s"],
  ];

  test.for(cases)("%s: %j", ([name, value]) => {
    const [problem] = annotationProblems(annotated({ [`${name}.app`]: value }), USERS);
    expect(problem).toEqual({
      severity: "reject",
      path: `metadata.annotations[unitlet.dev/${name}.app]`,
      because: `is ${JSON.stringify(value)}`,
      remedy: `expected ${ANNOTATIONS[name]?.expected}`,
    });
  });

  test("a circle", () => {
    const circle = annotated({ "start-after.app": "other", "start-after.other": "app" });
    expect(annotationProblems(circle, USERS)).toHaveLength(2);
  });

  test("a name beside a number", () => {
    const taken = annotated({ user: "postgres" }, { securityContext: { runAsUser: 1 } });
    expect(annotationProblems(taken, USERS)).toHaveLength(1);
  });

  test("a user called root where none may be", () => {
    const root = (runAsNonRoot: boolean) =>
      annotated({ "user.app": "root" }, { ...TWO, securityContext: { runAsNonRoot } });
    expect(annotationProblems(root(true), USERS)).toHaveLength(1);
    expect(annotationProblems(root(false), USERS)).toEqual([]);
  });

  // systemd lets root name any process as the main one of a service, and ends that with the service.
  test.for<[string, Container["securityContext"], number]>([
    ["root", undefined, 1],
    ["root by number", { runAsUser: 0 }, 1],
    ["another user", { runAsUser: 1000 }, 0],
    ["root on a host that is its own anyway", { privileged: true }, 0],
  ])("notify: yes of %s", ([, securityContext, problems]) => {
    const of = annotated({ notify: "yes" }, { containers: [container(securityContext ? { securityContext } : {})] });
    expect(annotationProblems(of, USERS)).toHaveLength(problems);
    expect(
      annotationProblems({ ...of, metadata: { ...of.metadata, annotations: { "unitlet.dev/notify": "no" } } }, USERS),
    ).toEqual([]);
  });

  test("sockets of two containers at once", () => {
    expect(annotationProblems(annotated({ listen: "80" }), USERS)).toHaveLength(2);
  });

  test("a socket for what is not to run again", () => {
    const job = annotated({ "listen.app": "80" }, { ...TWO, restartPolicy: "Never" });
    expect(annotationProblems(job, USERS)).toHaveLength(1);
  });

  test("an annotation that nobody knows", () => {
    expect(annotationProblems(annotated({ ulimit: "nofile=1" }), USERS)).toEqual([
      {
        severity: "reject",
        path: "metadata.annotations[unitlet.dev/ulimit]",
        because: "is no annotation of unitlet's",
        remedy:
          "use one of ulimits, user, start-after, reload, notify, watchdog, back-off, listen, service, auto-update",
      },
    ]);
  });

  test("a container that the pod does not have", () => {
    expect(annotationProblems(annotated({ "reload.db": "HUP" }), USERS)).toMatchObject([
      { because: "names a container that the pod does not have", remedy: "use one of app, other" },
    ]);
  });
});

test("all of them together are let in", () => {
  const good = { "start-after.app": "other", notify: "yes", watchdog: "5s", user: "postgres", reload: "HUP" };
  expect(annotationProblems(annotated(good), USERS)).toEqual([]);
});

test("what is refused of a pod that runs is as if it were not there", () => {
  const kept = { "unitlet.dev/reload": "HUP" };
  const of = annotated({ reload: "HUP", "user.app": "root" }, { ...TWO, securityContext: { runAsUser: 1000 } });
  expect(dropInvalidAnnotations(of, USERS).metadata).toEqual({ ...of.metadata, annotations: kept });
});

test("what others annotate is none of ours", () => {
  expect(annotationProblems(pod({}, { annotations: { "unitlet.dev.example/x": "1", y: "2" } }), USERS)).toEqual([]);
});
