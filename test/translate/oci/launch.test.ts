import { describe, expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import { type Images, NO_IMAGES, type StoredImage } from "../../../src/model/image/image.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, pod, runnable, UID } from "../base.ts";

const NAME = "docker.io/library/app:1";
const STORED: StoredImage = {
  ...{ name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/trees/ab/rootfs", checkedAt: 0, size: 1, diskSize: 1 },
  config: {
    entrypoint: ["/entrypoint.sh"],
    command: ["serve", "--all"],
    environment: ["PATH=/app/bin:/bin", "FROM=image", "EMPTY="],
    workingDirectory: "/app",
    user: "app",
    stopSignal: "SIGQUIT",
    volumes: [],
  },
  passwd: "app:x:1000:1001::/home/app:/bin/sh\n",
  group: "app:x:1001:\n",
};

function translated(change: Partial<Container> = {}, spec: Partial<PodSpec> = {}, stored: Partial<StoredImage> = {}) {
  const images: Images = {
    ...NO_IMAGES,
    stored: new Map([[imageKey({ kind: "oci", name: NAME }), { ...STORED, ...stored }]]),
  };
  const { command: _, ...plain } = container();
  const own = pod({ containers: [{ ...plain, image: "app:1", ...change }], ...spec });
  return runnable(own, { config: { ...CONFIG, imagePulls: "allow" }, images });
}

function bundle(...given: Parameters<typeof translated>) {
  const file = translated(...given).files.find(({ name }) => name === "app.json");
  return JSON.parse(file?.text ?? "{}");
}

describe("the program", () => {
  test.for([
    [{}, ["/entrypoint.sh", "serve", "--all"]],
    [{ args: ["check"] }, ["/entrypoint.sh", "check"]],
    [{ command: ["sh"] }, ["sh"]],
    [{ command: ["sh"], args: ["-c", "x"] }, ["sh", "-c", "x"]],
    [{ args: ["$(NAME)"], env: [{ name: "NAME", value: "x" }] }, ["/entrypoint.sh", "x"]],
  ] as const)("%j", ([change, argv]) => {
    expect(bundle(change as Partial<Container>).process.args).toEqual(argv);
  });

  test("is missing in the image and in the pod", () => {
    const empty = { config: { ...STORED.config, entrypoint: [], command: [] } };
    expect(translated({}, {}, empty).containers[0]?.waiting).toMatchObject({ reason: "CreateContainerError" });
  });
});

test("variables: the runtime's, the image's, the pod's, the later ones winning", () => {
  const { env } = bundle({
    env: [
      { name: "FROM", value: "pod" },
      { name: "odd.name", value: "x" },
    ],
  }).process;
  expect(env).toEqual(
    expect.arrayContaining(["PATH=/app/bin:/bin", "HOME=/home/app", "FROM=pod", "EMPTY=", "odd.name=x"]),
  );
});

test("a value that is not UTF-8 is named, because config.json cannot carry it", () => {
  const images = { env: [{ name: "RAW", value: "\udcff" }] };
  expect(translated(images).containers[0]?.waiting).toEqual({
    reason: "CreateContainerConfigError",
    message: "variable RAW is not UTF-8, as a variable of a container on an image must be: mount it as a file",
  });
});

test("mounts: one within another follows it, and the last one at a target counts", () => {
  const names = ["deep", "inner", "shm", "etc", "dev"];
  const [deep, inner, shm, etc, dev] = names.map((name) => (mountPath: string) => ({ name, mountPath }));
  const volumeMounts = [deep?.("/a/b/c"), inner?.("/a/b/"), shm?.("/dev/shm"), etc?.("/etc"), dev?.("/dev")];
  const { mounts } = bundle({ volumeMounts } as Partial<Container>, {
    volumes: names.map((name) => ({ name, emptyDir: {} })),
  });
  const targets = (mounts as { destination: string }[]).map(({ destination }) => destination);
  expect(targets).toEqual([
    ...["/proc", "/dev", "/sys", "/etc", "/dev"],
    ...["/dev/shm", "/etc/hosts", "/etc/resolv.conf", "/a/b", "/dev/shm"],
    ...["/dev/termination-log", "/sys/fs/cgroup", "/a/b/c"],
  ]);
});

test.for<[string, string[]]>([
  ["/srv", ["/proc", "/dev", "/sys", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys/fs/cgroup"]],
  ["/dev", ["/proc", "/dev", "/sys", "/dev/shm", "/sys/fs/cgroup"]],
  ["/sys", ["/proc", "/dev", "/sys", "/dev/pts", "/dev/shm", "/dev/mqueue"]],
  ["/sys/fs", ["/proc", "/dev", "/sys", "/dev/pts", "/dev/shm", "/dev/mqueue"]],
])("mounts of the runtime are not made within a volume: at %s", ([mountPath, expected]) => {
  const { mounts } = bundle(
    { volumeMounts: [{ name: "v", mountPath }] },
    { volumes: [{ name: "v", hostPath: { path: "/v" } }] },
  );
  const ofRuntime = (mounts as { destination: string; source: string }[]).filter(
    ({ destination, source }) => source !== "/v" && /^\/(proc|dev|sys)(?!.*log$)/.test(destination),
  );
  expect(ofRuntime.map(({ destination }) => destination)).toEqual(expected);
});

test("user and directory are the image's, or the pod's", () => {
  expect(bundle().process).toMatchObject({ user: { uid: 1000, gid: 1001 }, cwd: "/app" });
  expect(bundle({ workingDir: "/", securityContext: { runAsUser: 7 } }).process).toMatchObject({
    user: { uid: 7, gid: 0 },
    cwd: "/",
  });
});

test("root is an overlay of its own, read-only where the pod wants it", () => {
  const path = `/var/lib/unitlet/pods/${UID}/roots/app/root`;
  expect(bundle().root).toEqual({ path, readonly: false });
  expect(bundle({ securityContext: { readOnlyRootFilesystem: true } }).root).toEqual({ path, readonly: true });
});

test("the unit lets crun make the container, and keeps what is not its own from it", () => {
  const text = translated().containers[0]?.unit?.text ?? "";
  const lines = text
    .split("\n")
    .filter((line) => /^(Type|Exec|Kill|Device|PrivateMounts|ConditionPathExists=\/)/.test(line));
  const id = `unitlet-${UID}-app`;
  const helper = `:"/lib/unitlet/container-create" "${id}" "${UID}" "app"`;
  expect(lines).toEqual(
    expect.arrayContaining([
      "Type=forking",
      `ExecStartPre=-:"/usr/bin/crun" "delete" "-f" "${id}"`,
      `ExecStart=${helper} "create" "/trees/ab/rootfs"`,
      `ExecStartPost=${helper} "start"`,
      "KillSignal=SIGQUIT",
      "KillMode=process",
      "PrivateMounts=yes",
      "DevicePolicy=closed",
    ]),
  );
  expect(text).not.toContain("FROM=image");
});

test.for([
  [{}, true],
  [{ stdin: true }, true],
  [{ tty: true }, false],
] as const)("a pipe that systemd holds: %j", ([change, pipe]) => {
  const text = translated(change).containers[0]?.unit?.text ?? "";
  const socket = `unitlet-log@${UID}.app.socket`;
  expect([text.includes(`\nWants=${socket}\n`), text.includes(`\nAfter=${socket}\n`)]).toEqual([pipe, pipe]);
});

test.for([
  [{ stdin: true }, "--open", true],
  [{ stdin: true, stdinOnce: true }, "--once", true],
  [{ stdin: true, stdinOnce: true, tty: true }, "--terminal", false],
  [{ tty: true }, "--terminal", false],
] as const)("input: %j", ([change, option, pipes]) => {
  const text = translated(change).containers[0]?.unit?.text ?? "";
  expect(text).toContain(`/container-create" "${option}" "unitlet-${UID}-app" `);
  expect(text.includes(`/container-start" "--input" `)).toBe(pipes);
});

test("a terminal, of the kind that the image or the pod names", () => {
  expect(bundle().process.terminal).toBeUndefined();
  expect(bundle({ tty: true }).process).toMatchObject({ terminal: true, env: expect.arrayContaining(["TERM=xterm"]) });
  expect(bundle({ tty: true, env: [{ name: "TERM", value: "dumb" }] }).process.env).toContain("TERM=dumb");
});
