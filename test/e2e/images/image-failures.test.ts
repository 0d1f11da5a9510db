import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { LyingRegistry } from "../../support/lying-registry.ts";
import { Node } from "../../support/node.ts";
import { busybox, type Descriptor, digestOf } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { eventsOf } from "../support/events.ts";
import { pod } from "../support/manifests.ts";
import { noLeftover, pullFailure } from "../support/pull-failure.ts";

const CONFIG = { Cmd: ["sleep", "1000"], Env: ["PATH=/bin"] };
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

let node: Node;
let registry: LyingRegistry;
let base: readonly TarEntry[];

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "image-failures", { ownDisk: true, timerInterval: "1s" });
  registry = await LyingRegistry.start(node.machine);
  base = await busybox();
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const runs = (name: string) => node.container(name, ({ state }) => state?.running);

/** Why its image cannot be pulled. */
async function failure(name: string, image: string): Promise<string> {
  await node.run(pod(node, name, { image }));
  return await pullFailure(node, name);
}

/** An image that no other test has, so that all of it is to be fetched. */
const image = (name: string) => ({ layers: [base, [{ path: name, content: name }]], config: CONFIG });

/** An index of one manifest. */
function index(name: string, manifest: Descriptor & { readonly platform?: object }): Descriptor {
  const platform = manifest.platform ?? { architecture: process.arch === "x64" ? "amd64" : process.arch, os: "linux" };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [{ ...manifest, platform }] });
  registry.say(name, { mediaType: INDEX, body });
  return { mediaType: INDEX, digest: digestOf(Buffer.from(body)), size: body.length };
}

describe("a registry", () => {
  test("whose name does not resolve", async () => {
    expect(await failure("unknown", "registry.invalid/x:1")).toMatch(/dial tcp: lookup registry\.invalid/);
  });

  test("without TLS, unless the host's configuration says so", async () => {
    await using plain = await LyingRegistry.start(node.machine, false);
    const name = await plain.put("plain:1", image("plain"));
    expect(await failure("plain", name)).toContain("http: server gave HTTP response to HTTPS client");
    await plain.makeKnown(node.machine);
    await runs("plain");
  });

  test("that forbids it", async () => {
    registry.lie((request, response) => {
      if (!request.url?.startsWith("/v2/forbidden/")) return false;
      response.writeHead(403, { "content-type": "application/json" });
      response.end('{"errors":[{"code":"DENIED","message":"not for you"}]}');
      return true;
    });
    expect(await failure("forbidden", `${registry.address}/forbidden:1`)).toMatch(/forbidden: denied: not for you$/);
  });

  test("that is out of order", async () => {
    registry.lie((request, response) => {
      if (!request.url?.startsWith("/v2/broken/")) return false;
      response.writeHead(500).end("<html>sorry</html>");
      return true;
    });
    expect(await failure("broken", `${registry.address}/broken:1`)).toContain("500 Internal Server Error");
  });

  test("that dies in the middle of a layer, and comes back", async () => {
    let isFirst = true;
    const name = await registry.put("dies:1", image("dies"));
    registry.lie((request, response) => {
      if (!isFirst || !request.url?.startsWith("/v2/dies/blobs/")) return false;
      isFirst = false;
      response.writeHead(200, { "content-length": 1000 });
      response.write("half", () => response.destroy());
      return true;
    });
    await node.run(pod(node, "dies", { image: name }));
    await runs("dies");
    const isTold = (event: string) => event.startsWith("Failed: ") && event.includes("unexpected EOF");
    const poll = async () => [(await eventsOf(node, "dies")).some(isTold), await eventsOf(node, "dies")];
    await node.machine.until(poll, { what: "the Event" });
    await noLeftover(node, "dies");
  });

  test("that knows another image under this digest", async () => {
    const name = await registry.put("other:1", image("other"));
    registry.lie((request, response) => {
      if (!request.url?.startsWith("/v2/other/manifests/sha256:")) return false;
      response.writeHead(200, { "content-type": MANIFEST }).end('{"schemaVersion":2}');
      return true;
    });
    expect(await failure("other", name)).toMatch(/does not match|doesn't match/);
  });

  test("that has other layers than the manifest says", async () => {
    const name = await registry.put("wrong:1", image("wrong"));
    registry.lie((request, response) => {
      if (!request.url?.startsWith("/v2/wrong/blobs/")) return false;
      response.end("something else");
      return true;
    });
    expect(await failure("wrong", name)).toMatch(/[Dd]igest/);
  });
});

test("a host without the tools says so", async () => {
  await node.exec("mv /usr/bin/umoci /usr/bin/umoci.away");
  try {
    expect(await failure("no-tools", `${registry.address}/tools:1`)).toMatch(
      /^image ".*" cannot be pulled: this node has no umoci\. Install the distribution's packages of these names there/,
    );
    await node.cluster.kubectl([
      "wait",
      "--for=condition=ImageToolsReady=False",
      `node/${node.name}`,
      "--timeout=150s",
    ]);
  } finally {
    await node.exec("mv /usr/bin/umoci.away /usr/bin/umoci");
  }
});

// The last one of these fills the disk: a run that sees that moment rejects the pods that come later.
describe("an image", () => {
  test("whose digest the registry does not have", async () => {
    const digest = `sha256:${"ab".repeat(32)}`;
    expect(await failure("no-digest", `${registry.address}/x@${digest}`)).toBe(
      `reading manifest ${digest} in ${registry.address}/x: manifest unknown`,
    );
  });

  test("for other computers", async () => {
    const manifest = await registry.manifest("foreign", { ...image("foreign"), architecture: "s390x" });
    index("foreign:1", manifest);
    expect(await failure("foreign", `${registry.address}/foreign:1`)).toMatch(
      /no image found in image index for architecture (amd64|arm64)/,
    );
  });

  test("whose manifest is no JSON", async () => {
    expect(await failure("no-json", registry.say("no-json:1", { mediaType: MANIFEST, body: "{" }))).toContain(
      "unexpected end of JSON input",
    );
  });

  test("whose manifest says nothing", async () => {
    expect(await failure("empty", registry.say("empty:1", { mediaType: MANIFEST, body: "{}" }))).toBe(
      "cannot unpack: index.json names no manifest",
    );
  });

  test("whose manifest has no end", async () => {
    registry.lie((request, response) => {
      if (!request.url?.startsWith("/v2/endless/manifests/")) return false;
      response.writeHead(200, { "content-type": MANIFEST });
      const chunk = Buffer.alloc(1 << 20, " ");
      const more = () => void (response.destroyed || response.write(chunk, more));
      more();
      return true;
    });
    expect(await failure("endless", `${registry.address}/endless:1`)).toContain("exceeded maximum allowed size");
  });

  test("that is an index of an index of an index", async () => {
    const inner = index("nested:2", index("nested:3", await registry.manifest("nested", image("nested"))));
    index("nested:1", inner);
    expect(await failure("nested", `${registry.address}/nested:1`)).toContain(
      "received a manifest list instead of a manifest for a single image",
    );
  });

  test("of more files than there is room for", async () => {
    await node.exec(
      "mount -o remount,nr_inodes=$(($(df --output=iused /var/lib/unitlet | tail -1) + 3000)) /var/lib/unitlet",
    );
    const many: TarEntry[] = Array.from({ length: 20_000 }, (_, n) => ({ path: `many/${n}` }));
    const name = await registry.put("many:1", { layers: [base, many], config: CONFIG });
    try {
      expect(await failure("many", name)).toMatch(/no space left on device/);
      await noLeftover(node, "many");
    } finally {
      await node.kubectl("delete", "pod", "many", "--wait=false");
      await node.exec("mount -o remount,nr_inodes=0 /var/lib/unitlet");
    }
  });
});
