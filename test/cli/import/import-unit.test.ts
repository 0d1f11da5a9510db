import { describe, expect, test } from "vitest";
import { importUnit } from "../../../src/cli/import/import-unit.ts";

/** A service with a user and a restart, about which there is nothing to say. */
const BASE = "[Service]\nUser=www\nRestart=always\nExecStart=/usr/bin/web --port 80\n";

const importOf = (more = "", base = BASE) => importUnit("web.service", `${base}${more}`);
const containerOf = (more: string, base = BASE) => importOf(more, base).manifest.spec.containers[0];
const withStart = (line: string, more = "") =>
  importOf(
    more,
    BASE.replace("/usr/bin/web --port 80", () => line),
  );
const commandOf = (line: string, more = "") => withStart(line, more).manifest.spec.containers[0]?.command;

test("a service becomes a pod on the host's files", () => {
  expect(importOf()).toEqual({
    manifest: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "web",
        labels: { "app.kubernetes.io/name": "web" },
        annotations: { "unitlet.dev/user": "www" },
      },
      spec: {
        ...{ hostNetwork: true, hostIPC: true, restartPolicy: "Always", terminationGracePeriodSeconds: 90 },
        containers: [{ name: "web", image: "host", command: ["/usr/bin/web", "--port", "80"] }],
      },
    },
    notes: [],
  });
});

describe("the command", () => {
  test.each([
    ["quotes and escapes", `/bin/a 'b c' "d\\"e" f\\x20g`, "", ["/bin/a", "b c", 'd"e', "f g"]],
    ["a value that the unit has", `/bin/a \${X} $X`, "Environment='X=1 2'\n", ["/bin/a", "1 2", "1", "2"]],
    ["a dollar sign", "/bin/a $$HOME :$$(x)", "", ["/bin/a", "$HOME", ":$$(x)"]],
    ["no variables after the prefix :", ":/bin/a $X", "", ["/bin/a", "$X"]],
    ["a variable that nobody sets", `/bin/a $X \${Y}`, "", ["/bin/sh", "-c", `set -f; exec /bin/a \${X} "\${Y}"`]],
    ["specifiers", "/bin/a %n %p %t/x 5%%", "", ["/bin/a", "web.service", "web", "/run/x", "5%"]],
    [
      "a file of variables",
      "/bin/a $OPTS 'it''s'",
      "EnvironmentFile=-/etc/default/web\nEnvironmentFile=/etc/web.env\n",
      [
        "/bin/sh",
        "-c",
        `set -a; [ ! -e /etc/default/web ] || . /etc/default/web; . /etc/web.env; set +a; set -f; exec /bin/a \${OPTS} its`,
      ],
    ],
  ])("%s", (_, line, more, command) => {
    expect(commandOf(line, more)).toEqual(command);
  });

  test.each([
    ["@/bin/a name -x", ["/bin/a", "-x"], "ExecStart=@/bin/a name -x: the program does not get the name name"],
    // A shell around a program that runs on would get the stop signal in its place.
    [
      "-/bin/a",
      ["/bin/a"],
      "ExecStart=-/bin/a: the prefix - counts every end as a success, and a container that fails has failed",
    ],
  ])("the prefix of %s is told", (line, command, note) => {
    const { manifest, notes } = withStart(line);
    expect([manifest.spec.containers[0]?.command, notes]).toEqual([command, [note]]);
  });

  test("with all rights runs as root, and is told", () => {
    const { manifest, notes } = withStart("+/bin/a");
    expect(manifest.metadata.annotations).toBeUndefined();
    expect(notes).toEqual(["ExecStart=+/bin/a: the prefix asks for all rights: the container runs as root"]);
  });
});

test("ExecStartPre= becomes init containers, of which one runs as root", () => {
  const { manifest } = importOf("ExecStartPre=+/bin/mkdir /x\nExecStartPre=-/bin/check\n");
  expect(manifest.spec.initContainers?.map(({ name, command }) => [name, command])).toEqual([
    ["start-pre", ["/bin/mkdir", "/x"]],
    ["start-pre-2", ["/bin/sh", "-c", "set -f; /bin/check || :"]],
  ]);
  expect(manifest.metadata.annotations).toEqual({
    "unitlet.dev/user.start-pre-2": "www",
    "unitlet.dev/user.web": "www",
  });
});

test("the commands of a oneshot run one after the other, the last as the container", () => {
  const { spec } = importUnit("x.service", "[Service]\nType=oneshot\nExecStart=/bin/a\nExecStart=/bin/b\n").manifest;
  expect([spec.initContainers?.map(({ command }) => command), spec.containers[0]?.command, spec.restartPolicy]).toEqual(
    [[["/bin/a"]], ["/bin/b"], "Never"],
  );
});

describe("directives with a field", () => {
  test.each([
    ["MemoryMax=64M\nCPUQuota=150%", { resources: { limits: { memory: "64Mi", cpu: "1500m" } } }],
    ["WorkingDirectory=/srv", { workingDir: "/srv" }],
    [
      'Environment=A=1 "B=x y"',
      {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "x y" },
        ],
      },
    ],
    ["NoNewPrivileges=yes", { securityContext: { allowPrivilegeEscalation: false } }],
    ["CapabilityBoundingSet=", { securityContext: { capabilities: { drop: ["ALL"] } } }],
    [
      "CapabilityBoundingSet=CAP_CHOWN CAP_KILL",
      { securityContext: { capabilities: { drop: ["ALL"], add: ["CHOWN", "KILL"] } } },
    ],
    [
      "CapabilityBoundingSet=~CAP_SYS_PTRACE",
      { securityContext: { capabilities: { add: ["ALL"], drop: ["SYS_PTRACE"] } } },
    ],
    ["KillSignal=SIGINT", { lifecycle: { stopSignal: "SIGINT" } }],
    ["ExecStop=/bin/kill -QUIT $MAINPID", { lifecycle: { stopSignal: "SIGQUIT" } }],
    ["ExecStop=/bin/stop now", { lifecycle: { preStop: { exec: { command: ["/bin/stop", "now"] } } } }],
    [
      "RestartPreventExitStatus=255",
      {
        restartPolicy: "Never",
        restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "NotIn", values: [255] } }],
      },
    ],
    ["RuntimeDirectory=web", { volumeMounts: [{ name: "run-web", mountPath: "/run/web" }] }],
    ["BindReadOnlyPaths=/srv/a:/srv/b", { volumeMounts: [{ name: "srv-a", mountPath: "/srv/b", readOnly: true }] }],
  ])("%s", (lines, fields) => {
    expect(containerOf(`${lines}\n`)).toMatchObject(fields);
  });

  test.each([
    ["LimitNOFILE=64K\nLimitMEMLOCK=infinity", { "unitlet.dev/ulimits": "nofile=65536 memlock=infinity" }],
    ["RestartSec=5", { "unitlet.dev/back-off": "5s 5s" }],
    ["Type=notify\nWatchdogSec=1min", { "unitlet.dev/notify": "yes", "unitlet.dev/watchdog": "60s" }],
  ])("annotations: %s", (lines, annotations) => {
    expect(importOf(`${lines}\n`).manifest.metadata.annotations).toMatchObject(annotations);
  });

  test("a user without a number or a usual name is no root", () => {
    const { manifest, notes } = importOf("User=Debian-exim\n");
    expect(manifest.spec.containers[0]?.securityContext).toEqual({ runAsNonRoot: true });
    expect(notes[0]).toMatch(/^User=Debian-exim: /);
  });

  test("DynamicUser= is one number, the same each time", () => {
    const { securityContext } = containerOf("DynamicUser=yes\n") ?? {};
    expect(securityContext?.runAsUser).toBeGreaterThanOrEqual(61_184);
    expect(containerOf("DynamicUser=yes\n")?.securityContext).toEqual(securityContext);
  });
});

test("drop-ins after the unit reset and replace its values", () => {
  const { manifest } = importOf(
    "# /etc/systemd/system/web.service.d/a.conf\n[Service]\nExecStart=\nExecStart=/bin/b\nUser=\n",
  );
  expect(manifest.spec.containers[0]?.command).toEqual(["/bin/b"]);
  expect(manifest.metadata.annotations).toBeUndefined();
});

test("every directive without an equivalent is told, also one that nobody knows", () => {
  const unit = "[Unit]\nAfter=db.service\nConditionPathExists=/x\n[Install]\nAlias=w.service\n[Odd]\nA=1\n";
  expect(importOf(`SystemCallFilter=@x\nFutureThing=1\nPrivateTmp=no\n${unit}`).notes).toEqual([
    "After=db.service: a pod has no other units, and starts when the node does. The program must wait for what it needs",
    "ConditionPathExists=/x: a pod starts under all conditions of the host",
    "SystemCallFilter=@x: no field restricts the container like this: it has the rest of its confinement",
    "FutureThing=1: unitlet import does not know what it is in a pod",
    "PrivateTmp=no: a container has it always",
    "Alias=w.service: an extra name is a Service, and metadata.name the name",
    "[Odd]: a pod has no such section",
  ]);
});

test("a specifier of the host is told", () => {
  expect(withStart("/bin/a %H").notes).toEqual(["%H: the host decides it. Write its value in the manifest"]);
});

test.each([
  ["web@.service", BASE, "web@.service is a template: name an instance, such as web@example.service"],
  [
    "web.timer",
    "[Timer]\nOnCalendar=daily\n",
    "web.timer is a timer: import its service. A Pod has no times: write a CronJob with its container, or keep the timer",
  ],
  ["web.socket", "[Socket]\nListenStream=80\n", "web.socket has neither a section [Service] nor a section [Container]"],
  ["web.service", "[Service]\nType=oneshot\n", "it has no ExecStart=, and a container needs a program"],
  ["web.service", "[Service]\nExecStart=/bin/a 'b\n", "ExecStart=/bin/a 'b cannot be read: is a quote missing?"],
])("%s is refused in words", (name, text, message) => {
  expect(() => importUnit(name, text)).toThrow(message);
});
