import { expect, test } from "vitest";
import type { VolumeMount } from "../../../src/model/api/volume.ts";
import { type Images, NO_IMAGES, type StoredImage } from "../../../src/model/image/image.ts";
import { imageKey } from "../../../src/unitfile/image-names.ts";
import { CONFIG, container, pod, runnable, translate, UID } from "../base.ts";

const NAME = "docker.io/library/app:1";
const STORED: StoredImage = {
  ...{ name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/trees/ab/rootfs", checkedAt: 0, size: 1, diskSize: 1 },
  config: {
    ...{ entrypoint: ["/app"], command: [], environment: [], volumes: [] },
    ...{ workingDirectory: "", user: "", stopSignal: "" },
  },
  ...{ passwd: "", group: "" },
};
const IMAGES: Images = { ...NO_IMAGES, stored: new Map([[imageKey({ kind: "oci", name: NAME }), STORED]]) };

const mounting = (image: string, ...mounts: readonly Partial<VolumeMount>[]) => {
  const volumeMounts = mounts.map((mount, at) => ({ name: "v", mountPath: `/m${at}`, ...mount }));
  const { command: _, ...plain } = container({ image, volumeMounts, securityContext: { privileged: true } });
  return pod({ containers: [plain], volumes: [{ name: "v", hostPath: { path: "/srv" } }] });
};
const context = { config: { ...CONFIG, imagePulls: "allow" as const }, images: IMAGES };

function bundleOf(...mounts: readonly Partial<VolumeMount>[]) {
  const { files, containers } = runnable(mounting("app:1", ...mounts), context);
  const { mounts: all, linux } = JSON.parse(files.find(({ name }) => name === "app.json")?.text ?? "{}");
  const own = all.filter(({ destination }: { destination: string }) => destination.startsWith("/m"));
  return {
    sources: own.map(({ source }: { source: string }) => source),
    spread: own.map(({ options }: { options: string[] }) => options[1]),
    root: linux.rootfsPropagation,
    start: /^ExecStart=:(.*?) "create"/m
      .exec(containers[0]?.unit?.text ?? "")?.[1]
      ?.replaceAll(/"(?:[^"]*\/)?([^"/]*)"/g, "$1"),
  };
}

test.for([
  ["None", "rprivate", undefined],
  ["HostToContainer", "rslave", "rslave"],
] as const)("with %s all mounts of a container are its own", ([mountPropagation, spread, root]) => {
  expect(bundleOf({ mountPropagation }, {})).toEqual({
    ...{ sources: ["/srv", "/srv"], spread: [spread, "rprivate"], root },
    start: `container-create --oom-group unitlet-${UID}-app ${UID} app`,
  });
});

test("with Bidirectional the volume is where container-shared attaches it, and the mounts are shared", () => {
  expect(bundleOf({}, { mountPropagation: "Bidirectional" })).toEqual({
    ...{ sources: ["/srv", `/run/unitlet/pods/${UID}/shared/app/0`], spread: ["rprivate", "rshared"], root: "rshared" },
    start: `container-shared unitlet-${UID}-app ${UID} app srv -- container-create --oom-group unitlet-${UID}-app ${UID} app`,
  });
});

test("with Bidirectional the runtime mounts nothing within the volume, since that would appear on the host", () => {
  const { files } = runnable(mounting("app:1", { mountPath: "/dev", mountPropagation: "Bidirectional" }), context);
  const { mounts } = JSON.parse(files.find(({ name }) => name === "app.json")?.text ?? "{}");
  const inside = mounts.filter(({ destination }: { destination: string }) => destination.startsWith("/dev/"));
  expect(inside.map(({ destination }: { destination: string }) => destination)).toEqual(["/dev/termination-log"]);
});

test.for([
  ["disk", {}, "-d", "ConditionPathIsDirectory", `/var/lib/unitlet/pods/${UID}/volumes/v`],
  ["memory", { medium: "Memory" }, "mount", "ConditionPathIsMountPoint", `/run/unitlet/pods/${UID}/volumes/v`],
] as const)(
  "PID 1 looks at no emptyDir over which a container may mount what does not answer: %s",
  ([, emptyDir, check, condition, path]) => {
    const of = (mountPropagation: string) => {
      const { spec, ...rest } = mounting("app:1", { mountPropagation });
      const { containers } = runnable({ ...rest, spec: { ...spec, volumes: [{ name: "v", emptyDir }] } }, context);
      const text = containers[0]?.unit?.text ?? "";
      return text.match(/^ConditionPathIs.*|"--path" \S+ \S+/gm);
    };
    expect(of("Bidirectional")).toEqual([`"--path" "${check}" "${path}"`]);
    expect(of("HostToContainer")).toEqual([`${condition}=${path}`]);
  },
);

test.for<[string, string, Partial<VolumeMount>, string]>([
  [
    "on the host's files",
    "host",
    {},
    "cannot be Bidirectional on the host's files: mounts that a container makes there stay its own: use an image, or mount it on the host, and use HostToContainer",
  ],
  [
    "with subPath",
    "app:1",
    { subPath: "x" },
    "cannot be Bidirectional with subPath: the path within the volume is a mount of its own: mount the whole volume",
  ],
])("Bidirectional is rejected %s", ([, image, mount, because]) => {
  const of = mounting(image, { mountPropagation: "Bidirectional", ...mount });
  expect(translate(of, context)).toMatchObject({
    kind: "rejected",
    message: `spec.containers[app].volumeMounts[0].mountPropagation ${because}`,
  });
});
