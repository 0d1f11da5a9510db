import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { canMount } from "../io/empty-host.ts";
import { ADD, ARGS, cluster, DEL, HELPER, on } from "./recorded-plugins.ts";

const FAILED = "cat /run/unitlet/pods/u-1/network-failed";
/** Makes a copy of the helper with shorter limits, which `impatient` calls. */
const IMPATIENT = `cp -r ${dirname(HELPER)} /run/helper; sed -i 's/^limit=30$/limit=4/; s/-k 5/-k 1/' /run/helper/*`;
const impatient = (command: string) => command.replace(HELPER, "/run/helper/pod-network");
const RESULT = { cniVersion: "1.0.0", ips: [{ address: "10.9.0.5/24" }] };

describe.skipIf(!canMount)("the chain of the cluster's network", () => {
  test("ADD calls each plugin with the result of the one before, and with those arguments that it takes", async () => {
    const { calls } = await on(`${cluster("1.0.0", { mtu: 1400 })}; ${ADD}`);
    const base = {
      id: "u-1",
      netns: "/run/unitlet/pods/u-1/sandbox/net",
      ifname: "eth0",
      args: ARGS,
      path: "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni",
    };
    const named = { name: "pods", cniVersion: "1.0.0" };
    expect(calls).toEqual([
      {
        ...{ ...base, call: "ADD one" },
        input: { ...named, type: "one", mtu: 1400, runtimeConfig: { portMappings: [{ hostPort: 80 }] } },
      },
      {
        ...{ ...base, call: "ADD two" },
        input: {
          ...named,
          type: "two",
          runtimeConfig: { bandwidth: { ingressRate: 1000 } },
          prevResult: { ...RESULT, from: "one" },
        },
      },
    ]);
  });

  test("DEL calls them in reverse, with the last result and the configuration of the ADD", async () => {
    const { calls } = await on(
      `${cluster("1.0.0")}; ${ADD}; ${cluster("1.0.0", { mtu: 9000 })}; rm /run/calls; ${DEL}`,
    );
    expect(calls.map(({ call }) => call)).toEqual(["DEL two", "DEL one"]);
    expect(calls.map(({ input }) => input.prevResult)).toEqual(Array(2).fill({ ...RESULT, from: "two" }));
    expect(calls[1]?.input.mtu).toBeUndefined();
    expect(calls[1]?.input.runtimeConfig).toEqual({ portMappings: [{ hostPort: 80 }] });
  });

  test.for(["0.3.1", ""])("DEL has no result with version %j, which has none", async (version) => {
    const { calls } = await on(`${cluster(version)}; ${ADD}; rm /run/calls; ${DEL}`);
    expect(calls.map(({ input }) => [input.cniVersion, input.prevResult])).toEqual(Array(2).fill([version, undefined]));
  });

  test("a result without a version has that of the configuration", async () => {
    const answer = `echo 'echo "{}"' >/run/answers/one.ADD`;
    const { calls } = await on(`${cluster("0.4.0")}; ${answer}; ${ADD}`);
    expect(calls[1]?.input.prevResult).toEqual({ cniVersion: "0.4.0" });
  });

  test("the result is kept as libcni keeps it, until the DEL", async () => {
    const file = "/var/lib/cni/results/pods-u-1-eth0";
    const { out } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; cat ${file}; stat -c %a ${file}; ${DEL}; ls /var/lib/cni/results /var/lib/unitlet/networks`,
    );
    const [json = "", ...rest] = out.split("\n");
    expect(JSON.parse(json)).toEqual({
      kind: "cniCacheV1",
      containerId: "u-1",
      config: "bGlzdA==",
      ifName: "eth0",
      networkName: "pods",
      netns: "/run/unitlet/pods/u-1/sandbox/net",
      cniArgs: [
        ["IgnoreUnknown", "1"],
        ["K8S_POD_NAME", "web"],
      ],
      capabilityArgs: { portMappings: [{ hostPort: 80 }], bandwidth: { ingressRate: 1000 } },
      result: { ...RESULT, from: "two" },
    });
    expect(rest).toEqual(["600", "/var/lib/cni/results:", "", "/var/lib/unitlet/networks:"]);
  });

  test.for<[string, string, string]>([
    ["an error object", `echo '{"code":11,"msg":"try again"}'; exit 1`, 'one\n{"code":11,"msg":"try again"}'],
    ["words on standard error", "echo no room >&2; exit 1", 'one\nnetplugin failed: "no room"'],
    ["nothing", "exit 3", "one\nnetplugin failed with no error message: exit status 3"],
    ["a success that is no JSON", "echo fine", "one\nfailed to unmarshal raw result: it is no JSON object"],
  ])("a failure with %s is told, no later plugin runs, and DEL calls all of them", async ([, answer, told]) => {
    const write = `cat >/run/answers/one.ADD <<'END'\n${answer}\nEND\n`;
    const { out, calls } = await on(`${cluster("1.0.0")}; ${write} ${ADD} 2>/dev/null; ${FAILED}; ${DEL}`);
    expect(out).toBe(told);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "DEL two", "DEL one"]);
    expect(calls[1]?.input.prevResult).toBeUndefined();
  });

  test.for([
    ["in the form of version 0.2.0", '{"ip4":{"ip":"10.9.0.5/24"}}'],
    ["without addresses", '{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"}]}'],
  ])("a result %s is told", async ([, result]) => {
    const answer = `echo 'echo '"'"'${result}'"'" >/run/answers/two.ADD`;
    const { out } = await on(`${cluster("1.0.0")}; ${answer}; ${ADD} 2>/dev/null; ${FAILED}`);
    expect(out).toBe("\nfailed to find network info for sandbox");
  });

  test("a plugin that is missing is told", async () => {
    const { out } = await on(`${cluster("1.0.0")}; rm /opt/cni/bin/two; ${ADD} 2>/dev/null; ${FAILED}`);
    expect(out).toBe('two\nfailed to find plugin "two" in path [/opt/cni/bin /usr/lib/cni /usr/libexec/cni]');
  });

  test("a plugin in the directory of Fedora's packages is found", async () => {
    const moved = "mount -t tmpfs none /usr/libexec; mkdir /usr/libexec/cni; mv /opt/cni/bin/* /usr/libexec/cni";
    const { calls } = await on(`${cluster("1.0.0")}; ${moved}; ${ADD}`);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "ADD two"]);
  });

  test("a plugin that hangs is ended after its limit and told, also one that ignores SIGTERM", async () => {
    const hang = ["echo $$ >/run/hung.add; sleep 100", "trap '' TERM; echo $$ >/run/hung.del; sleep 100"];
    const answers = hang.map((script) => `cat >/run/answers/one.ADD <<'END'\n${script}\nEND`);
    // The host reaps a plugin that was killed together with timeout(1).
    const gone = (file: string) =>
      `while grep -qs '^State:.[^Z]' /proc/$(cat /run/${file})/status; do sleep 0.1; done; echo gone`;
    const { out, calls } = await on(`${cluster("1.0.0")}; ${IMPATIENT}
      ${answers[0]}\n ${impatient(ADD)} 2>/dev/null; ${FAILED}; ${gone("hung.add")}; rm /run/answers/one.ADD
      ${answers[1]?.replace("one.ADD", "two.DEL")}\n ${impatient(DEL)} 2>&1 | grep ^unitlet; ${gone("hung.del")}`);
    const told = "it has not ended within 4 s";
    expect(out).toBe(`one\n${told}\ngone\nunitlet: plugin type="two" failed (delete): ${told}\ngone`);
    expect(calls.map(({ call }) => call)).toEqual(["ADD one", "DEL two", "DEL one"]);
  });

  test("an argument that comes in parts is put together, and left out when no plugin takes it", async () => {
    const parts = `other '"a' + 'b"' portMappings '[{"hostPort":80},' + '{"hostPort":' + '81}]'`;
    const { calls } = await on(`${cluster("1.0.0")}; ${ADD.replace(`portMappings '[{"hostPort":80}]'`, parts)}`);
    expect(calls.map(({ input }) => input.runtimeConfig)).toEqual([
      { portMappings: [{ hostPort: 80 }, { hostPort: 81 }] },
      { bandwidth: { ingressRate: 1000 } },
    ]);
  });

  test("DEL removes what an ADD has left that was killed before the first plugin", async () => {
    const begun = "mkdir -p /var/lib/unitlet/networks/u-1; touch /run/calls /var/lib/unitlet/networks/u-1/list.new";
    expect(await on(`${begun}; ${DEL}; ls -A /var/lib/unitlet/networks`)).toEqual({ out: "", calls: [] });
  });

  test("without a network no plugin runs", async () => {
    const { out, calls } = await on(`touch /run/calls; ${ADD} 2>/dev/null; ${FAILED}; ${DEL}`);
    expect([out, calls]).toEqual(["\ncni plugin not initialized", []]);
  });

  test("after a DEL that fails no result counts for the next ADD, and the next DEL gets the last one", async () => {
    const fails = `echo 'exit 1' >/run/answers/two.DEL; ${DEL} 2>/dev/null || echo failed; ls /var/lib/unitlet/networks/u-1`;
    const { out, calls } = await on(
      `${cluster("1.0.0")}; ${ADD} >&2; ${fails}; rm /run/answers/two.DEL /run/calls; ${DEL}; ls /var/lib/unitlet/networks`,
    );
    expect(out.split("\n")).toEqual(["failed", "chain", "last-result", "list"]);
    expect(calls.map(({ input }) => input.prevResult)).toEqual(Array(2).fill({ ...RESULT, from: "two" }));
  });

  test("a DEL that fails is repeated before the next ADD of the host", async () => {
    const fail = "echo 'exit 1' >/run/answers/two.DEL";
    const next = "mkdir -p /run/unitlet/pods/u-2/sandbox; touch /run/unitlet/pods/u-2/sandbox/net";
    const gone = "rm -r /run/unitlet/pods/u-1 /var/lib/unitlet/pods/u-1 /run/answers /run/calls";
    const { calls } = await on(
      `${cluster("1.0.0")}; ${ADD}; ${fail}; ${DEL} 2>/dev/null; umount /run/unitlet/pods/u-1/sandbox/net; ${gone}; ${next}; ${ADD.replace("u-1", "u-2")}`,
    );
    expect(calls.map(({ call, id }) => `${call} ${id}`)).toEqual([
      ...["DEL two u-1", "DEL one u-1", "ADD one u-2", "ADD two u-2"],
    ]);
  });
});

describe.skipIf(!canMount)("the chain of the node's own network", () => {
  const own = `sh ${HELPER} u-1 add '${ARGS}' one '{"cniVersion":"1.0.0","name":"unitlet","type":"one"}'`;

  test("the first plugin is asked for the address that the pod had", async () => {
    const { calls } = await on(`${own}; ${DEL}; rm /run/calls; ${own}`);
    expect(calls.map(({ input }) => input.args)).toEqual([{ cni: { ips: ["10.9.0.5/24"] } }]);
  });

  test("another address will do when that one is taken", async () => {
    const taken = `echo 'grep -q 10.9.0.5 /run/calls && rm "$0" && exit 1' >/run/answers/one.ADD`;
    const { calls } = await on(`${own}; ${DEL}; rm /run/calls; ${taken}; ${own}`);
    expect(calls.map(({ call, input }) => [call, "args" in input])).toEqual([
      ["ADD one", true],
      ["DEL one", false],
      ["ADD one", false],
    ]);
  });

  test("an address that a killed host-local has given to no pod is free again", async () => {
    const leases = "/var/lib/cni/networks/unitlet";
    const left = `mkdir -p ${leases}; cd ${leases}; touch lock last_reserved_ip.0 10.86.0.9 fd00::9; echo u-9 >10.86.0.3`;
    const { out } = await on(`${left}; ${own} >&2; ls ${leases}`);
    expect(out.split("\n")).toEqual(["10.86.0.3", "last_reserved_ip.0", "lock"]);
  });
});
