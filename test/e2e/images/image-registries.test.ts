import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LyingRegistry } from "../../support/lying-registry.ts";
import type { Node } from "../../support/node.ts";
import { CREDENTIALS, Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { pod } from "../support/manifests.ts";
import { pullFailure } from "../support/pull-failure.ts";

const [USER = "", PASSWORD = ""] = CREDENTIALS.split(":");
const REFUSED = /unauthorized|authentication required/;

let node: Node;
let open: Registry;
let closed: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  ({ node, registry: open, base } = await ImageNode.start("image-registries", { timerInterval: "1s" }));
  closed = await Registry.start(node.machine, { port: 5002, closed: true });
  await secret("pull", PASSWORD);
  await secret("wrong", "wrong");
});

afterAll(() => node[Symbol.asyncDispose]());

async function secret(name: string, password: string): Promise<void> {
  const given = [`--docker-server=${closed.address}`, `--docker-username=${USER}`, `--docker-password=${password}`];
  await node.kubectl("create", "secret", "docker-registry", name, ...given);
}
const push = (to: Registry, name: string) => to.push(name, { layers: [base], config: SLEEP_CONFIG });
const runs = (name: string) => node.container(name, ({ state }) => state?.running);
const withSecret = (name: string, image: string, secretName: string) =>
  node.run(pod(node, name, { image, imagePullPolicy: "IfNotPresent" }, { imagePullSecrets: [{ name: secretName }] }));
const without = (name: string, image: string, imagePullPolicy = "IfNotPresent") =>
  node.run(pod(node, name, { image, imagePullPolicy }));

describe("what a pod has pulled with its credentials", () => {
  let image: string;

  beforeAll(async () => {
    image = await push(closed, "private:1");
    await withSecret("friend", image, "pull");
    await runs("friend");
  });

  test("is not for pods without", async () => {
    await without("stranger", image);
    expect(await pullFailure(node, "stranger")).toMatch(REFUSED);
  });

  test("nor for those with wrong ones", async () => {
    await withSecret("impostor", image, "wrong");
    expect(await pullFailure(node, "impostor")).toMatch(REFUSED);
  });

  test("which do not learn that it exists", async () => {
    await without("never", image, "Never");
    const reason = "ErrImageNeverPull";
    const { state } = await node.container("never", (seen) => seen.state?.waiting?.reason === reason);
    expect(state?.waiting?.message).toBe(`Container image "${image}" is not present with pull policy of Never`);
  });

  test("is for those with the same", async () => {
    await secret("same", PASSWORD);
    await node.run(pod(node, "brother", { image, imagePullPolicy: "Never" }, { imagePullSecrets: [{ name: "same" }] }));
    await runs("brother");
  });

  test("stays its own when its Secret is gone", async () => {
    await node.kubectl("delete", "secret", "same");
    await node.syncWithExpiredReferences();
    await node.exec(["systemctl", "restart", node.unit("brother")]);
    await node.container("brother", ({ state, restartCount }) => state?.running && restartCount === 1);
  });
});

test("wrong credentials of one pod keep no other from its image", async () => {
  const image = await push(closed, "contested:1");
  const podWith = (name: string, secretName: string) =>
    pod(node, name, { image }, { imagePullSecrets: [{ name: secretName }] });
  await node.run(podWith("a-wrong", "wrong"), podWith("b-right", "pull"));
  await runs("b-right");
});

test("a layer that does not come keeps no other image waiting", async () => {
  await using registry = await LyingRegistry.start(node.machine);
  const image = (name: string) => ({ layers: [base, [{ path: name }]], config: SLEEP_CONFIG });
  const held: ServerResponse[] = [];
  let isHeld = true;
  registry.lie((request, response) => {
    const isOf = isHeld && /^\/v2\/slow\/blobs\//.test(request.url ?? "");
    if (isOf) held.push(response);
    return isOf;
  });
  const names = await Promise.all(["slow", "fast"].map((name) => registry.put(`${name}:1`, image(name))));
  await node.run(pod(node, "slow", { image: names[0] ?? "" }), pod(node, "fast", { image: names[1] ?? "" }));
  await runs("fast");
  await node.container("slow", ({ state }) => state?.waiting);
  isHeld = false;
  for (const response of held) response.destroy();
  await runs("slow");
});

test("the Secrets of a service account are those of its pods", async () => {
  await node.kubectl("create", "serviceaccount", "puller");
  await node.kubectl("patch", "serviceaccount", "puller", "-p", '{"imagePullSecrets":[{"name":"pull"}]}');
  const image = await push(closed, "account:1");
  await node.run(pod(node, "account", { image }, { serviceAccountName: "puller" }));
  await runs("account");
});

describe("the host's own configuration", () => {
  test("has a mirror, which is asked", async () => {
    const mirror = `[[registry]]\nlocation = "upstream.example"\n[[registry.mirror]]\nlocation = "${open.address}"\ninsecure = true\n`;
    await node.machine.write("/etc/containers/registries.conf.d/mirror.conf", mirror);
    await push(open, "team/app:1");
    await without("mirrored", "upstream.example/team/app:1");
    expect((await runs("mirrored")).imageID).toMatch(/^upstream\.example\/team\/app@sha256:[0-9a-f]{64}$/);
  });

  test("has credentials, which count for all pods", async () => {
    const image = await push(closed, "known:1");
    const auth = { auths: { [closed.address]: { auth: Buffer.from(CREDENTIALS).toString("base64") } } };
    await node.machine.write("/run/containers/0/auth.json", JSON.stringify(auth), 0o600);
    await without("known", image);
    await runs("known");
    await node.exec("rm /run/containers/0/auth.json");
    await without("known-later", image);
    await runs("known-later");
  });

  test("has a program that knows them", async () => {
    const image = await push(closed, "helped:1");
    const script = `#!/bin/sh\necho '{"ServerURL":"x","Username":"${USER}","Secret":"${PASSWORD}"}'\n`;
    await node.machine.write("/usr/local/bin/docker-credential-test", script, 0o755);
    await node.machine.write("/etc/containers/registries.conf.d/helper.conf", 'credential-helpers = ["test"]\n');
    await without("helped", image);
    await runs("helped");
    await node.exec("rm /etc/containers/registries.conf.d/helper.conf");
  });
});
