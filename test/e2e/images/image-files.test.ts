import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { pushArtifact } from "../support/artifact.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { type Container, pod } from "../support/manifests.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  ({ node, registry, base } = await ImageNode.start("image-files"));
});

afterAll(() => node[Symbol.asyncDispose]());

const show = (name: string, image: string, script: string): Promise<void> => {
  const command: Container["command"] = ["sh", "-c", script];
  return node.run(pod(node, name, { image, command }, { restartPolicy: "Never" }));
};
const shown = async (name: string) => {
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return await node.log(name);
};

describe("what a pull can read", () => {
  test.for(["zstd", "none"] as const)("layers packed with %s", async (compression) => {
    const image = await registry.push(`packed-${compression}:1`, { layers: [base], config: SLEEP_CONFIG, compression });
    await show(`packed-${compression}`, image, "echo there");
    expect(await shown(`packed-${compression}`)).toBe("there\n");
  });

  test("an image as Docker writes it", async () => {
    const image = await registry.push("docker:oci", { layers: [base], config: SLEEP_CONFIG });
    const other = image.replace(":oci", ":docker");
    await node.exec(["skopeo", "copy", "--quiet", "--format=v2s2", `docker://${image}`, `docker://${other}`]);
    await show("docker", other, "echo there");
    expect(await shown("docker")).toBe("there\n");
  });

  test("the image of this platform among several", async () => {
    const imageFor = (architecture: string) => ({
      layers: [base, [{ path: "platform", content: `${architecture}\n` }]],
      config: SLEEP_CONFIG,
      architecture,
    });
    const image = await registry.push("platforms:1", imageFor("arm64"), imageFor("amd64"), imageFor("s390x"));
    await show("platforms", image, "cat /platform");
    expect(await shown("platforms")).toBe(`${process.arch === "x64" ? "amd64" : process.arch}\n`);
  });

  test("whiteouts and hard links", async () => {
    const lower: TarEntry[] = [
      { path: "gone", content: "gone" },
      { path: "d/", type: "directory" },
      { path: "d/hidden", content: "hidden" },
      { path: "file", content: "linked\n" },
    ];
    const upper: TarEntry[] = [
      { path: ".wh.gone" },
      { path: "d/", type: "directory" },
      { path: "d/.wh..wh..opq" },
      { path: "d/new", content: "new" },
      { path: "link", type: "link", target: "file" },
    ];
    const image = await registry.push("whiteouts:1", { layers: [base, lower, upper], config: SLEEP_CONFIG });
    await show("whiteouts", image, "ls / | grep gone; ls d; cat link; stat -c %h link");
    expect(await shown("whiteouts")).toBe("new\nlinked\n2\n");
  });

  test("an artifact, whose layers are files, for a volume", async () => {
    const files = { "hello.txt": "hello\n", "models/tiny.bin": "tiny\n" };
    const reference = await pushArtifact(node, `${registry.address}/artifact:1`, files);
    const container: Container = {
      image: "host",
      command: ["sh", "-c", "cat /run/files/hello.txt /run/files/models/*"],
      volumeMounts: [{ name: "files", mountPath: "/run/files" }],
    };
    const volumes = [{ name: "files", image: { reference } }];
    await node.run(pod(node, "artifact", container, { volumes, restartPolicy: "Never" }));
    expect(await shown("artifact")).toBe("hello\ntiny\n");
  });

  test("but no artifact whose files would lie outside of it", async () => {
    const evil = { "../../../../../../etc/unitlet/evil": "evil\n" };
    const image = await pushArtifact(node, `${registry.address}/artifact:2`, evil);
    await node.run(pod(node, "evil", { image }));
    const seen = await node.container("evil", ({ state }) => state?.waiting?.message?.includes("cannot unpack"));
    expect(seen.state?.waiting?.message).toContain(`its file "${Object.keys(evil)[0]}" would lie outside of it`);
  });
});

describe("a hostile image", () => {
  // What of the host it would get, and what it must not.
  const untouched = async () =>
    (await node.exec("cat /etc/victim; ls /etc/evil /evil 2>&1; stat -c %a /etc/victim")).stdout;

  beforeAll(async () => {
    await node.machine.write("/etc/victim", "safe\n");
  });

  const attacks: Record<string, readonly TarEntry[]> = {
    "climbs out by its names": [{ path: "../../../../../../etc/evil", content: "evil" }],
    "has absolute names": [{ path: "/etc/evil", content: "evil" }],
    "writes through a link to the host": [
      { path: "way", type: "symlink", target: "/etc" },
      { path: "way/evil", content: "evil" },
      { path: "way/victim", content: "evil" },
    ],
    "writes through a link that climbs": [
      { path: "up", type: "symlink", target: "../../../../../../../.." },
      { path: "up/etc/victim", content: "evil" },
    ],
    "links a file of the host": [
      { path: "mine", type: "link", target: "../../../../../../../etc/victim" },
      { path: "mine", content: "evil" },
    ],
    "replaces its own root by a link": [
      { path: ".", type: "symlink", target: "/etc" },
      { path: "evil", content: "evil" },
    ],
    "deletes by whiteouts": [
      { path: "w", type: "symlink", target: "/etc" },
      { path: "w/.wh.victim" },
      { path: "../../../../../../etc/.wh.victim" },
    ],
    "has its passwd elsewhere": [
      { path: "etc", type: "symlink", target: "/etc" },
      { path: "etc/passwd", content: "evil" },
    ],
  };

  test.for(Object.entries(attacks))("that %s changes nothing outside", async ([what, layer]) => {
    const name = what.replaceAll(" ", "-");
    const image = await registry.push(name, { layers: [layer, base], config: SLEEP_CONFIG });
    await node.run(pod(node, name, { image }));
    await node.container(name, ({ state }) => state?.running ?? state?.waiting?.reason !== "ContainerCreating");
    expect(await untouched()).toBe(
      "safe\nls: cannot access '/etc/evil': No such file or directory\nls: cannot access '/evil': No such file or directory\n644\n",
    );
  });

  test("is out of reach for the host's users, whatever has setuid in it", async () => {
    const image = await registry.push("setuid", {
      layers: [base, [{ path: "su", content: "", mode: 0o4755 }]],
      config: SLEEP_CONFIG,
    });
    await node.run(pod(node, "setuid", { image }));
    await node.container("setuid", ({ state }) => state?.running);
    const { stdout } = await node.exec(
      "setpriv --reuid=1000 --regid=1000 --clear-groups find /var/lib/unitlet 2>&1 || true",
    );
    expect(stdout).toContain("Permission denied");
    expect(stdout).not.toContain("su\n");
  });
});
