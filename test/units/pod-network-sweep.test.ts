import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { ADD, cluster, HELPER, on } from "./recorded-plugins.ts";

describe.skipIf(!canMount)("what a sweep frees", () => {
  const sweep = `sh ${HELPER} - sweep`;
  const unmounted = "umount /run/unitlet/pods/u-1/sandbox/net; rm /run/calls";
  const gone = "rm -r /run/unitlet/pods/u-1 /var/lib/unitlet/pods/u-1";

  test("is the network of a pod that is gone", async () => {
    const { out, calls } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; ${unmounted}; ${gone}; ${sweep}; ls -A /var/lib/unitlet/networks`,
    );
    expect([out, calls.map(({ call, id, netns }) => [call, id, netns])]).toEqual([
      "",
      [
        ["DEL two", "u-1", ""],
        ["DEL one", "u-1", ""],
      ],
    ]);
  });

  test("is nothing without any network, and no sweep begins", async () => {
    const { out } = await on(
      `touch /run/calls; ${sweep}; mkdir /var/lib/unitlet/networks; ${sweep}; ls -A /run/unitlet`,
    );
    expect(out).toBe("pods");
  });

  test("is not that of a pod which is there", async () => {
    const { out, calls } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; rm /run/calls; touch /run/calls; ${sweep}; ls /var/lib/unitlet/networks`,
    );
    expect([out, calls]).toEqual(["u-1", []]);
  });

  test("is tried again later when a plugin fails", async () => {
    const fail = "echo 'exit 1' >/run/answers/two.DEL; touch -d @1 /var/lib/unitlet/networks/u-1";
    const { out } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; ${unmounted}; ${gone}; ${fail}; ${sweep} 2>/dev/null; find /var/lib/unitlet/networks -mindepth 1 -maxdepth 1 -mmin -5`,
    );
    expect(out).toBe("/var/lib/unitlet/networks/u-1");
  });

  test("is not the network of a pod that comes back meanwhile with its UID, as that of a manifest does", async () => {
    // The DEL of the sweep lasts until the pod has its new network, or for a second when the pod waits for the sweep.
    const slow =
      "echo 'true >/run/ending; for _ in 1 2 3 4 5 6 7 8 9 10; do ! grep -q ADD /run/calls || break; sleep 0.1; done' >/run/answers/two.DEL";
    const back =
      "mkdir -p /run/unitlet/pods/u-1/sandbox; touch /run/unitlet/pods/u-1/sandbox/net; unshare --net=/run/unitlet/pods/u-1/sandbox/net true";
    const { out, calls } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; ${unmounted}; ${gone}; ${slow}; ${sweep} & until [ -e /run/ending ]; do sleep 0.1; done; ${back}; ${ADD} >&2; wait; ls /var/lib/unitlet/networks`,
    );
    expect([out, calls.map(({ call }) => call)]).toEqual(["u-1", ["DEL two", "DEL one", "ADD one", "ADD two"]]);
  });
});
