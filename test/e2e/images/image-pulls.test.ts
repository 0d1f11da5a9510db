import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { CREDENTIALS, Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { eventsOf, waitForEvents } from "../support/events.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { pod } from "../support/manifests.ts";
import { noLeftover, pullFailure } from "../support/pull-failure.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  // One test fills the disk of images, and a DiskPressure would last for 5 minutes.
  const settings = { evictionHard: "memory.available<100Mi" };
  ({ node, registry, base } = await ImageNode.start("image-pulls", { settings, timerInterval: "1s" }));
});

afterAll(() => node[Symbol.asyncDispose]());

const at = (name: string) => `${registry.address}/${name}`;
const waiting = (name: string, reason: string) =>
  node.container(name, ({ state }) => state?.waiting?.reason === reason).then(({ state }) => state?.waiting?.message);
const runs = (name: string) => node.container(name, ({ state }) => state?.running);

/** What pulls have done, by what their units have written. */
async function pulls(image: string): Promise<number> {
  const { stdout } = await node.exec("journalctl --sync; journalctl --quiet --output=cat --unit='unitlet-image@*'");
  return stdout.split("\n").filter((line) => line.startsWith(`${image} is sha256:`)).length;
}

describe("a pull", () => {
  test("is reported with its duration and size", async () => {
    const image = await registry.push("told:1", { layers: [base], config: SLEEP_CONFIG });
    await node.run(pod(node, "told", { image }));
    expect(await runs("told")).toMatchObject({
      image,
      imageID: expect.stringMatching(/^127\.0\.0\.1:5000\/told@sha256:[0-9a-f]{64}$/),
    });
    const took = "[0-9.]+m?s";
    const pulled = `^Pulled: Successfully pulled image "${image}" in ${took} \\(${took} including waiting\\)\\. Image size: \\d+ bytes\\.$`;
    const poll = async () => {
      const seen = await eventsOf(node, "told");
      return [seen.some((each) => each.startsWith("Started: ")), seen] as const;
    };
    const [, seen] = await node.machine.until(poll, { what: "the container's Events" });
    expect(seen).toEqual(expect.arrayContaining([`Pulling: Pulling image "${image}"`, expect.stringMatching(pulled)]));
  });

  test("is one for all pods that wait", async () => {
    const image = await registry.push("shared:1", { layers: [base], config: SLEEP_CONFIG });
    const names = ["one", "two", "three"];
    await node.run(...names.map((name) => pod(node, name, { image })));
    await Promise.all(names.map(runs));
    expect(await pulls(image)).toBe(1);
  });

  test("brings no layer again that is there", async () => {
    const image = await registry.push("shared:2", { layers: [base, [{ path: "two" }]], config: SLEEP_CONFIG });
    await node.run(pod(node, "more", { image }));
    await runs("more");
    const { stdout } = await node.exec("find /var/lib/unitlet/images/blobs -type f -size +500k | wc -l");
    expect(stdout.trim()).toBe("1");
  });

  test("is stopped when no pod needs it any more", async () => {
    // It takes connections and never says a word.
    await node.exec("systemd-run --quiet --unit=deaf systemd-socket-activate --listen=127.0.0.1:5001 sleep 1000");
    await node.run(pod(node, "left", { image: "127.0.0.1:5001/slow:1" }));
    const active = async () => (await node.exec("systemctl list-units --no-legend 'unitlet-image*@*'")).stdout;
    await node.machine.until(async () => (await active()).includes("slow"), { what: "the pull to begin" });
    await node.kubectl("delete", "pod", "left", "--wait=false");
    await node.machine.until(async () => !(await active()).includes("slow"), { what: "the pull to end" });
    const left = async () => (await node.exec("ls -A /var/lib/unitlet/images/tmp /run/unitlet/images")).stdout;
    await node.machine.until(async () => [!(await left()).includes("slow"), await left()], { what: "nothing of it" });
  });
});

test("what a pull leaves is cleared away also when that takes longer than systemd gives it", async () => {
  await node.machine.write("/srv/slow/rm", '#!/bin/sh\ntouch /srv/slow/begun\nsleep 2\nexec /bin/rm "$@"\n', 0o755);
  const asked = "/run/unitlet/images";
  await node.exec(
    `mkdir -p ${asked} && cd ${asked} && echo name odd >odd.request && echo secret >odd.auth && echo name odd >odd.source`,
  );
  // The signal comes in the midst of it, however busy the host is.
  await node.exec(`PATH=/srv/slow:$PATH /usr/local/lib/unitlet/image-ended unpack odd & pid=$!
until test -e /srv/slow/begun; do sleep 0.1; done; kill $pid; wait $pid || :`);
  expect((await node.exec(`ls ${asked}`)).stdout).not.toContain("odd");
});

describe("imagePullPolicy", () => {
  test("Always asks the registry for each new pod", async () => {
    const image = await registry.push("moves:1", { layers: [base], config: SLEEP_CONFIG });
    await node.run(pod(node, "before", { image, imagePullPolicy: "Always" }));
    const before = await runs("before");
    await registry.push("moves:1", { layers: [base, [{ path: "new" }]], config: SLEEP_CONFIG });
    await node.run(pod(node, "after", { image, imagePullPolicy: "Always" }));
    const after = await runs("after");
    expect(after.imageID).not.toBe(before.imageID);
    expect((await runs("before")).imageID).toBe(before.imageID);
  });

  test("IfNotPresent does not", async () => {
    const image = await registry.push("stays:1", { layers: [base], config: SLEEP_CONFIG });
    await node.run(pod(node, "present", { image }));
    await runs("present");
    await node.run(pod(node, "again", { image }));
    await runs("again");
    expect(await pulls(image)).toBe(1);
  });

  test("Never does not pull", async () => {
    await node.run(pod(node, "never", { image: at("never:1"), imagePullPolicy: "Never" }));
    expect(await waiting("never", "ErrImageNeverPull")).toBe(
      'Container image "127.0.0.1:5000/never:1" is not present with pull policy of Never',
    );
  });
});

describe("what cannot be pulled", () => {
  test("waits, is tried again, and runs when it is there", async () => {
    await node.run(pod(node, "late", { image: at("late:1") }));
    const unknown = "reading manifest 1 in 127.0.0.1:5000/late: manifest unknown";
    expect(await waiting("late", "ImagePullBackOff")).toContain(
      `Back-off pulling image "127.0.0.1:5000/late:1": ErrImagePull: ${unknown}`,
    );
    await registry.push("late:1", { layers: [base], config: SLEEP_CONFIG });
    await runs("late");
    await waitForEvents(node, "late", [
      `Failed: Failed to pull image "127.0.0.1:5000/late:1": ${unknown}`,
      "Failed: Error: ErrImagePull",
      'BackOff: Back-off pulling image "127.0.0.1:5000/late:1"',
      "Failed: Error: ImagePullBackOff",
    ]);
  });

  test("has no name that could be one", async () => {
    await node.run(pod(node, "misnamed", { image: "Not/A/Name" }));
    expect(await waiting("misnamed", "InvalidImageName")).toContain("couldn't parse image name");
  });

  test("answers for no registry", async () => {
    await node.run(pod(node, "nowhere", { image: "127.0.0.1:1/x:1" }));
    expect(await pullFailure(node, "nowhere")).toContain("connection refused");
  });

  test("would fill the disk", async () => {
    const zeros: TarEntry[] = [{ path: "zeros", content: Buffer.alloc(300_000_000) }];
    const image = await registry.push("large:1", { layers: [base, zeros], config: SLEEP_CONFIG });
    await node.exec("mount -o remount,size=200m /var/lib/unitlet");
    try {
      await node.run(pod(node, "large", { image }));
      expect(await pullFailure(node, "large")).toContain("no space left on device");
      await noLeftover(node, "large");
    } finally {
      await node.exec("mount -o remount,size=2g /var/lib/unitlet");
      await node.kubectl("delete", "pod", "large", "--wait=false");
    }
  });

  test("is not what its digest says", async () => {
    const odd: TarEntry[] = [{ path: "odd", content: "original" }];
    const image = await registry.push("forged:1", { layers: [odd], config: SLEEP_CONFIG });
    // The only layer that is so small.
    await node.exec(
      "find /srv/registry-5000/docker/registry/v2/blobs -name data -size -2 | xargs grep -lzaP '^\\x1f\\x8b' | while read f; do head -c $(stat -c %s $f) /dev/urandom >$f; done",
    );
    await node.run(pod(node, "forged", { image }));
    expect(await pullFailure(node, "forged")).toMatch(/[Dd]igest/);
  });
});

describe("a registry with user accounts", () => {
  let image: string;

  beforeAll(async () => {
    const closed = await Registry.start(node.machine, { port: 5002, closed: true });
    image = await closed.push("private:1", { layers: [base], config: SLEEP_CONFIG });
    const [user = "", password = ""] = CREDENTIALS.split(":");
    const server = `--docker-server=${closed.address}`;
    const given = [`--docker-username=${user}`, `--docker-password=${password}`];
    await node.kubectl("create", "secret", "docker-registry", "pull", server, ...given);
  });

  test("refuses others, and an Event says so", async () => {
    await node.run(pod(node, "stranger", { image }, { imagePullSecrets: [{ name: "gone" }] }));
    expect(await pullFailure(node, "stranger")).toMatch(/unauthorized|authentication required/);
    await waitForEvents(node, "stranger", [
      "FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.",
    ]);
  });

  test("accepts a pod's imagePullSecrets, which no other user can read", async () => {
    await node.run(pod(node, "friend", { image }, { imagePullSecrets: [{ name: "pull" }] }));
    await runs("friend");
    const password = Buffer.from(CREDENTIALS).toString("base64");
    const search = `grep -rls '${password}' /run/unitlet /var/lib/unitlet /etc/systemd | xargs -r stat -c %a; journalctl --namespace='*' -b | grep -c '${password}' || true`;
    expect((await node.exec(search)).stdout.replaceAll("600\n", "")).toBe("0\n");
  });
});
