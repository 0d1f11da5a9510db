import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/kube/write-gate.ts");
type Errors = typeof import("../../../src/io/kube/api-error.ts");
type Log = typeof import("../../../src/log.ts");

describe.skipIf(!canMount)("a gate for writes", () => {
  test("sends a refused write no more until its time, in later runs too, and others at once", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { WriteGate } = await load<Subject>("src/io/kube/write-gate.ts");
      const { ApiError } = await load<Errors>("src/io/kube/api-error.ts");
      const { logTo } = await load<Log>("src/log.ts");
      const sent: string[] = [];
      const outcomes: string[] = [];
      const attempt = async (run: InstanceType<typeof WriteGate>, pod: string, status: number) => {
        const path = `/api/v1/namespaces/shop/pods/${pod}/status`;
        const send = async () => {
          sent.push(pod);
          if (status >= 300) throw new ApiError(`${status} no`, status, "");
        };
        const call = run.pass({ method: "PATCH", path, about: pod }, send);
        const outcome = await call.then(
          () => "accepted",
          ({ status: code, isHeld = false, isTold }) => `${code} held:${isHeld} told:${isTold}`,
        );
        outcomes.push(`${pod} ${outcome}`);
      };
      for (let count = 0; count < 3; count += 1) {
        const run = new WriteGate(logTo(() => undefined));
        await attempt(run, "bad", 403);
        await attempt(run, "good", 200);
        run.settle(true);
      }
      return { sent, outcomes };
    });
    expect(seen).toEqual({
      sent: ["bad", "good", "good", "good"],
      outcomes: [
        "bad 403 held:false told:true",
        "good accepted",
        ...["bad 403 held:true told:true", "good accepted"],
        ...["bad 403 held:true told:true", "good accepted"],
      ],
    });
  });

  test("holds nothing back in the run of a shutdown, which is the last one", async () => {
    const sent = await onEmptyHost(async (load) => {
      const { WriteGate } = await load<Subject>("src/io/kube/write-gate.ts");
      const { ApiError } = await load<Errors>("src/io/kube/api-error.ts");
      const { logTo } = await load<Log>("src/log.ts");
      const sent: boolean[] = [];
      for (const isLast of [false, false, true]) {
        const gate = new WriteGate(
          logTo(() => undefined),
          isLast,
        );
        const send = () => {
          sent.push(isLast);
          return Promise.reject(new ApiError("429 later", 429, "", { retryAfter: 300 }));
        };
        const list = { method: "GET", path: "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1" };
        await gate.pass(list, send).catch(() => undefined);
        gate.settle(false);
      }
      return sent;
    });
    expect(sent).toEqual([false, true]);
  });

  test("tells each reason once, and the end", async () => {
    const lines = await onEmptyHost(async (load) => {
      const { WriteGate } = await load<Subject>("src/io/kube/write-gate.ts");
      const { ApiError } = await load<Errors>("src/io/kube/api-error.ts");
      const { logTo } = await load<Log>("src/log.ts");
      const { rmSync } = await load<typeof import("node:fs")>("node:fs");
      const said: string[] = [];
      const run = async (message: string | undefined, pods: readonly string[], isFull = false) => {
        const gate = new WriteGate(logTo((line) => said.push(line.trim())));
        for (const pod of pods) {
          const path = `/api/v1/namespaces/shop/pods/${pod}`;
          const error = () => new ApiError(`DELETE ${path}: 422 pods "${pod}" is forbidden: ${message}`, 503, "");
          const send = () => (message === undefined ? Promise.resolve() : Promise.reject(error()));
          await gate.pass({ method: "DELETE", path, about: pod }, send).catch(() => undefined);
        }
        gate.settle(isFull);
      };
      await run("policy a", ["web-1", "web-2"]);
      await run("policy a", ["web-1", "web-2"]);
      await run("policy a", ["web-3"]);
      rmSync("/run/unitlet/refusals.json");
      await run("policy b", ["web-1"]);
      await run("policy b", []);
      rmSync("/run/unitlet/refusals.json");
      await run(undefined, ["web-1"]);
      await run(undefined, []);
      await run("policy c", ["web-1"]);
      await run("policy c", [], true);
      return said;
    });
    const begun = (policy: string, pod: string) => {
      const because = JSON.stringify(
        `DELETE /api/v1/namespaces/shop/pods/${pod}: 422 pods "${pod}" is forbidden: policy ${policy}`,
      );
      return `<3>the API server refuses to delete pods that have ended here because=${because}`;
    };
    const over = "<5>the API server deletes pods that have ended here again";
    // A full run that no longer deletes the pod ends the problem as well.
    expect(lines).toEqual([begun("a", "web-2"), begun("b", "web-1"), over, begun("c", "web-1"), over]);
  });
});
