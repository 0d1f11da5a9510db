import { describe, expect, test } from "vitest";
import type { Container, PodSpec } from "../../../src/model/api/pod.ts";
import type { StoredImage } from "../../../src/model/image/image.ts";
import { imageUser } from "../../../src/translate/oci/user.ts";
import { container, pod, resolved, UID } from "../base.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:102::/var/cache/nginx:/bin/false\nhomeless:x:7:8:::\n";
const GROUP = "root:x:0:\nnginx:x:102:\nweb:x:50:other,nginx\nssl:x:40:nginx\nwheel:x:10:root\n";

function user(of: string, change: Partial<Container> = {}, spec: Partial<PodSpec> = {}, group = GROUP) {
  const image = { config: { user: of }, passwd: PASSWD, group } as StoredImage;
  return imageUser(resolved(pod({ containers: [container(change)], ...spec })), image);
}
const is = (uid: number, gid: number, groups: number[], home: string) => ({
  ok: true,
  user: { uid, gid, groups },
  home,
});

describe("the image's USER", () => {
  test.for([
    ["", is(0, 0, [10], "/root")],
    ["root", is(0, 0, [10], "/root")],
    ["nginx", is(101, 102, [40, 50], "/var/cache/nginx")],
    ["101", is(101, 102, [40, 50], "/var/cache/nginx")],
    ["nginx:web", is(101, 50, [40], "/var/cache/nginx")],
    ["101:50", is(101, 50, [40], "/var/cache/nginx")],
    ["65532", is(65532, 0, [], "/")],
    ["65532:65532", is(65532, 65532, [], "/")],
    ["homeless", is(7, 8, [], "/")],
  ] as const)("%j", ([of, expected]) => {
    expect(user(of)).toEqual(expected);
  });

  test("has the groups of the image's /etc/group, unless the policy is Strict", () => {
    const policy = (supplementalGroupsPolicy: "Merge" | "Strict") => ({
      securityContext: { supplementalGroupsPolicy },
    });
    expect(user("nginx", {}, policy("Merge"))).toEqual(is(101, 102, [40, 50], "/var/cache/nginx"));
    expect(user("nginx", {}, policy("Strict"))).toEqual(is(101, 102, [], "/var/cache/nginx"));
    expect(user("nginx:web", {}, policy("Strict"))).toEqual(is(101, 50, [], "/var/cache/nginx"));
  });

  test("is unknown", () => {
    expect(user("nobody")).toEqual({
      ok: false,
      reason: "CreateContainerError",
      message: "unable to find user nobody: no matching entries in passwd file of the image",
    });
  });

  test.for(["4294967295", "4294967296", "2147483648:1", "1000:4294967295", "evil", "all"])(
    "%s is no number of a user",
    (of) => {
      const passwd = "evil:x:4294967295:1::/:/bin/sh\nall:x:1:4294967295::/:/bin/sh\n";
      const image = { config: { user: of }, passwd, group: "" } as StoredImage;
      expect(imageUser(resolved(pod()), image)).toEqual({
        ok: false,
        reason: "CreateContainerError",
        message: `unable to run as the image's user ${of}: uids and gids must be in range 0-2147483647`,
      });
    },
  );

  test("is in no group whose number is none", () => {
    expect(user("nginx", {}, {}, "nginx:x:4294967296:nginx\n")).toEqual(is(101, 102, [], "/var/cache/nginx"));
  });

  test("has an unknown group", () => {
    expect(user("nginx:admins")).toEqual({
      ok: false,
      reason: "CreateContainerError",
      message: "unable to find group admins: no matching entries in group file of the image",
    });
  });
});

describe("the pod's word counts before the image's", () => {
  test("a user without an account", () => {
    expect(user("nginx", { securityContext: { runAsUser: 1000 } })).toEqual(is(1000, 0, [], "/"));
  });

  test("a user with an account", () => {
    expect(user("", { securityContext: { runAsUser: 101 } })).toEqual(is(101, 102, [40, 50], "/var/cache/nginx"));
  });

  test("a group", () => {
    expect(user("nginx", { securityContext: { runAsGroup: 2000 } })).toEqual(
      is(101, 2000, [40, 50], "/var/cache/nginx"),
    );
  });

  test("the pod's user for all of its containers", () => {
    expect(user("nginx", {}, { securityContext: { runAsUser: 1000, runAsGroup: 3000 } })).toEqual(
      is(1000, 3000, [], "/"),
    );
  });
});

describe("runAsNonRoot", () => {
  const where = `(pod: "web_shop(${UID})", container: app)`;
  const breach = (message: string) => ({ ok: false, reason: "CreateContainerConfigError", message });
  const nonRoot = { securityContext: { runAsNonRoot: true } };

  test.for(["", "0", "root"])("an image that runs as %j", (of) => {
    const isNumeric = of !== "root";
    const message = isNumeric
      ? `container has runAsNonRoot and image will run as root ${where}`
      : `container has runAsNonRoot and image has non-numeric user (root), cannot verify user is non-root ${where}`;
    expect(user(of, nonRoot)).toEqual(breach(message));
  });

  test("an image with a name for its user", () => {
    const message = `container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root ${where}`;
    expect(user("nginx", nonRoot)).toEqual(breach(message));
  });

  test("an image with a number", () => {
    expect(user("101", nonRoot)).toEqual(is(101, 102, [40, 50], "/var/cache/nginx"));
  });

  test("root by the pod's own word", () => {
    const message = `container's runAsUser breaks non-root policy ${where}`;
    expect(user("101", { securityContext: { runAsNonRoot: true, runAsUser: 0 } })).toEqual(breach(message));
  });

  test("a number by the pod's own word", () => {
    expect(user("root", { securityContext: { runAsNonRoot: true, runAsUser: 1000 } })).toEqual(is(1000, 0, [], "/"));
  });
});
