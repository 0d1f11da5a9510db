import { describe, expect, test } from "vitest";
import { runOption, UID } from "../base.ts";
import { changed, file, hookCommand, service, UNIT, waiting } from "./redis-server.ts";

describe("what the unit of a package says", () => {
  test("becomes the container's, but for what is the pod's to say", () => {
    expect(service()).toMatchObject({
      Type: ["notify"],
      SystemCallFilter: ["@system-service", expect.stringContaining("@setuid")],
      LimitNOFILE: ["65535"],
      Restart: ["always"],
      TimeoutStopSec: ["30"],
    });
    const [line = ""] = service().ExecStart ?? [];
    expect(runOption(line, "--bind", 3)).toEqual(
      expect.arrayContaining(
        ["/var/lib/redis", "/var/log/redis"].map((path) => `rw,private,optional,covered ${path} ${path}`),
      ),
    );
    expect(line.slice(line.indexOf('"--landlock"'))).toBe(
      '"--landlock" "--forbid-namespaces" "--bounding-set" "none" "--reuid" "113" "--regid" "118" "--groups" "120" "--" ' +
        '"/bin/sh" "-c" "unset PWD OLDPWD; . /run/unitlet/env; exec \\"$@\\"" "sh"',
    );
  });

  test("is started with its words, and the pod's args after them", () => {
    const { text, uid } = file({ args: ["--port", "$(PORT)"], env: [{ name: "PORT", value: "1" }] }) ?? {};
    expect(uid).toBe(113);
    expect(text).toContain(
      `{ set -f; set -- '/usr/bin/redis-server' '/etc/redis/redis.conf' \${OPTIONS} '--port' '1'; set +f; }`,
    );
    expect(text).toContain("export RUNTIME_DIRECTORY='/run/redis'\n");
    expect(text).toContain("export HOME='/var/lib/redis'\n");
  });

  test("gets its directories made, by their modes and for its user", () => {
    expect(service().ExecStartPre?.[1]).toBe(
      `+:"/lib/unitlet/container-directories" "${UID}" "app" "113:118" "2755:/run/redis"`,
    );
  });

  test("is read with its drop-ins, which take back what is empty", () => {
    const dropIn = "[Service]\nExecStart=\nExecStart=/bin/other\nLimitNOFILE=1\n";
    expect(file({}, [UNIT, dropIn])?.text).toContain("set -- '/bin/other'\n");
    expect(service({}, [UNIT, dropIn]).LimitNOFILE).toEqual(["65535", "1"]);
  });

  test("is not heard of by a pod with a command", () => {
    const { Type, SystemCallFilter } = service({ command: ["redis-cli"] });
    expect([Type, SystemCallFilter]).toEqual([["exec"], undefined]);
  });

  test("counts less than the pod's user", () => {
    const { ExecStart } = service({ securityContext: { runAsUser: 1234 } });
    expect(runOption(ExecStart?.[0] ?? "", "--reuid", 1)).toEqual(["1234"]);
  });

  test("gives the user its groups on the host, and those that the unit names", () => {
    const { ExecStart } = service({}, changed("Group=redis", "SupplementaryGroups=ssl-cert 4"));
    expect(runOption(ExecStart?.[0] ?? "", "--groups", 1)).toEqual(["4,110,120"]);
  });

  test.for([
    ["BindPaths=/data:/opt/bound", "--bind", 3, "rw,private,covered /data /opt/bound"],
    ['BindReadOnlyPaths="-/data:/opt/bound:rbind"', "--bind", 3, "ro,private,optional,covered /data /opt/bound"],
    ["TemporaryFileSystem=/opt:ro,mode=0700", "--tmpfs", 2, "mode=0700,ro /opt"],
    ["ReadWritePaths=-+/srv/redis", "--bind", 3, "rw,private,optional,covered /srv/redis /srv/redis"],
    ["InaccessiblePaths=-/srv /opt", "--hide", 1, "/opt"],
    ["ProtectHome=yes", "--hide", 1, "/home"],
    ["AmbientCapabilities=", "--reuid", 1, "113"],
  ] as const)("%s is an option of container-run", ([line, option, words, expected]) => {
    const { ExecStart } = service({}, changed("Restart=always", line));
    expect(runOption(ExecStart?.[0] ?? "", option, words)).toContain(expected);
  });

  test("is not notify for root, from whom systemd would take anything", () => {
    expect(service({}, changed("User=redis\nGroup=redis\n", "")).Type).toEqual(["exec"]);
  });

  test("lets what starts the program be executed", () => {
    const unit = changed("Restart=always", "NoExecPaths=/\nExecPaths=/usr/bin/redis-server");
    expect(service({}, unit).ExecPaths).toEqual(["/usr/bin/redis-server", expect.stringContaining("/bin/sh ")]);
  });

  test("leaves a container no capability that its pod does not have", () => {
    const unit = changed("CapabilityBoundingSet=", "CapabilityBoundingSet=CAP_CHOWN CAP_SYS_ADMIN");
    expect(runOption(service({}, unit).ExecStart?.[0] ?? "", "--bounding-set", 1)).toEqual(["chown"]);
  });
});

describe("what cannot be carried over is said", () => {
  const missing = (what: string) => `spec.containers[app].command is missing: ${what}; name the program in command`;

  test.for([
    [
      "ReadWritePaths=-/var/lib/redis",
      "RootImage=/x",
      "redis-server.service has RootImage=, which a container cannot have",
    ],
    [
      "Type=notify",
      "Type=dbus",
      "redis-server.service is known by a name on the host's bus, which a container cannot see",
    ],
    ["Type=notify", "RemainAfterExit=yes", "redis-server.service has RemainAfterExit=: it stays without a process"],
    [
      "ExecStart=/usr",
      "ExecStart=+/usr",
      "redis-server.service has ExecStart=+…, with rights or a name that a container cannot have",
    ],
    ...(["ExecStartPre", "ExecStopPost"] as const).flatMap((key) => [
      ...["+", "!", "-!!", "@"].map(
        (flags) =>
          [
            "Restart=always",
            `${key}=${flags}/bin/x`,
            `redis-server.service has ${key}=${flags}…, with rights or a name that a container cannot have`,
          ] as const,
      ),
      [
        "Restart=always",
        `${key}=/bin/x ; +/bin/y`,
        `redis-server.service has ${key}=/bin/x ; +/bin/y, which cannot be read as one command`,
      ] as const,
    ]),
    [
      "After=network.target",
      "Requires=a.service",
      "redis-server.service has Requires=a.service, and a container cannot bring other units up",
    ],
    ...["/var/lib/redis/env", "/var/log/redis/env", "/run/env", "/etc/../srv/env"].map(
      (file) =>
        [
          "Restart=always",
          `EnvironmentFile=-${file}`,
          `redis-server.service has EnvironmentFile=${file.replace("/etc/..", "")}, which not only root can write`,
        ] as const,
    ),
    ["$OPTIONS", "%f", "redis-server.service has the specifier %f, which a container cannot have"],
    [
      "Restart=always",
      "AmbientCapabilities=CAP_SYS_NICE",
      "redis-server.service has AmbientCapabilities=CAP_SYS_NICE: add it to securityContext.capabilities",
    ],
    [
      "Restart=always",
      "ExecStop=/bin/x $MAINPID",
      "redis-server.service has ExecStop=/bin/x $MAINPID, which cannot be a preStop hook",
    ],
  ] as const)("%s → %s", ([from, to, message]) => {
    expect(waiting({}, changed(from, to))).toBe(missing(message));
  });

  test("a user that the host does not have", () => {
    expect(waiting({}, changed("User=redis", "User=nobody-here"))).toBe(
      "redis-server.service has User=nobody-here, whom this host does not have: set securityContext.runAsUser",
    );
  });

  test("a package without a service", () => {
    expect(waiting({}, [])).toBe(missing("package redis-server has no service of its own"));
  });

  test("root, where the pod wants nobody to be root", () => {
    const spec = { securityContext: { runAsNonRoot: true } };
    expect(waiting({}, changed("User=redis\n", ""), spec)).toContain(
      "container has runAsNonRoot and image will run as root",
    );
    expect(waiting({}, [UNIT], spec)).toBeUndefined();
  });
});

describe("ExecStop and ExecStartPost", () => {
  test("become hooks, unless the pod has its own", () => {
    const unit = changed("Restart=always", "ExecStartPost=-/bin/echo up\nExecStop=/bin/echo down");
    expect(service({}, unit).ExecStop?.[0]).toMatch(/"exec"$/);
    expect(hookCommand("pre-stop", {}, unit)).toContain("set -- '/bin/echo' 'down'");
    expect(service({}, unit).ExecStartPost?.[0]).toMatch(/"exec"$/);
    expect(hookCommand("post-start", {}, unit)).toContain("/bin/echo'\\'' '\\''up'\\'' || :");
    const own = { lifecycle: { preStop: { exec: { command: ["/bin/own"] } } } };
    expect(hookCommand("pre-stop", own, unit)).toContain("set -- '/bin/own'");
  });

  test("a mere kill is the stop signal", () => {
    const unit = changed("Restart=always", "ExecStop=/bin/kill -s QUIT $MAINPID");
    expect([service({}, unit).KillSignal, service({}, unit).ExecStop]).toEqual([["SIGQUIT"], undefined]);
  });
});
