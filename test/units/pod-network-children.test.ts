import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { ADD, cluster, DEL, on } from "./recorded-plugins.ts";

const RESULT = { cniVersion: "1.0.0", ips: [{ address: "10.9.0.5/24" }] };

describe.skipIf(!canMount)("a child that a plugin leaves, with its standard output", () => {
  test("delays nothing", async () => {
    const daemon = (name: string) =>
      `cat >/run/answers/${name} <<'END'\nsleep 300 & echo $! >>/run/daemons\necho '${JSON.stringify(RESULT)}'\nEND`;
    const { out, calls } = await on(
      `${cluster("1.0.0")}\n${daemon("one.ADD")}\n${daemon("two.DEL")}\n${ADD}; ${DEL}; kill $(cat /run/daemons) && echo running`,
    );
    expect(out).toBe(`unitlet: the pod's network has "10.9.0.5/24"\nrunning`);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "ADD two", "DEL two", "DEL one"]);
  });

  test("prints nothing into the answer of the next plugin", async () => {
    const late = `cat >/run/answers/one.ADD <<'END'
(until [ -e /run/go ]; do sleep 0.1; done; echo late; touch /run/gone) &
echo '${JSON.stringify(RESULT)}'
END
cat >/run/answers/two.ADD <<'END'
echo '${JSON.stringify({ ...RESULT, from: "two" })}'; touch /run/go; until [ -e /run/gone ]; do sleep 0.1; done
END`;
    const { out } = await on(`${cluster("1.0.0")}\n${late}\n${ADD} >&2; cat /run/unitlet/pods/u-1/network`);
    expect(JSON.parse(out)).toEqual({ ...RESULT, from: "two" });
  });
});
