import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { run } from "../support/run.ts";

const HELPER = resolve("units/helpers/container/container-start");
const UNIT = "unitlet.shop.web.app.service";

/** Starts a container that needs these paths. Each pause of it calls `pause`, and takes no time. Returns why it has waited. */
async function waitsOf(paths: readonly string[], { before = "true", pause = "exit 1" }): Promise<string> {
  const script = [
    "for place in /run /var/lib; do mount -t tmpfs -o mode=755 none $place; done",
    "mkdir -p /run/bin /run/unitlet/pods/u-1 /run/systemd/units",
    `ln -s 5f0c /run/systemd/units/invocation:${UNIT}`,
    "printf '%s\\n' '#!/bin/sh' 'cat /run/unitlet/pods/u-1/app.waiting >>/run/waits' \"$PAUSE\" >/run/bin/sleep",
    "chmod 755 /run/bin/sleep",
    before,
    `PATH=/run/bin:$PATH ${HELPER} ${paths.join(" ")} ${UNIT} u-1 app 0123456789abcdef >&2`,
    "cat /run/waits /run/unitlet/pods/u-1/app.started",
  ].join("; ");
  const words = ["env", `PAUSE=${pause}`, "unshare", "--mount", "--propagation", "private", "sh", "-c", script];
  return (await run(words as [string, ...string[]])).stdout;
}

describe.skipIf(!canMount)("a start", () => {
  test("waits for a path of the host, and says for which", async () => {
    const paths = ["--path -e /run", "--path -e '/run/a  b '", "--path -d /run/c"];
    const pause = "[ -e '/run/a  b ' ] && mkdir /run/c; touch '/run/a  b '";
    expect(await waitsOf(paths, { pause })).toBe(
      "CreateContainerError /run/a  b  is missing on the host\nCreateContainerError /run/c is missing on the host\n5f0c\n",
    );
  });

  test("waits for a mount", async () => {
    const pause = "mount -t tmpfs none /run/a";
    expect(await waitsOf(["--path mount /run/a"], { before: "mkdir /run/a", pause })).toBe(
      "CreateContainerError /run/a is missing on the host\n5f0c\n",
    );
  });

  test("waits for a file that is mounted", async () => {
    const pause = "mount --bind /run/b /run/a";
    expect(await waitsOf(["--path mount /run/a"], { before: "touch /run/a /run/b", pause })).toBe(
      "CreateContainerError /run/a is missing on the host\n5f0c\n",
    );
  });
});
