import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "joined-verbs");
  await node.run(pod(node, "web", shell("echo hello; exec sleep infinity")));
  await node.container("web", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const unitlet = (...args: string[]) =>
  node.machine.exec(["unitlet", ...args, "-n", node.namespace], { allowFailure: true });

/** Ages depend on the moment. Columns that follow them may begin elsewhere. */
const withoutAge = (table: string) => table.replace(/ +\d+m?\d*s\b/g, " AGE").replace(/(AGE) +/g, "$1 ");

test.each([["pods"], ["pods -o wide"], ["pod/web"], ["pods -o name"], ["pods --show-labels"], ["pods --no-headers"]])(
  "get %s prints what kubectl prints",
  async (words) => {
    const args = ["get", ...words.split(" ")];
    expect(withoutAge((await unitlet(...args)).stdout)).toBe(withoutAge(await node.kubectl(...args)));
  },
);

test("what is not found, and what the API server has", async () => {
  expect(await unitlet("get", "pod", "absent")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\(NotFound\): pods "absent" not found\n$/),
  });
  expect(await unitlet("get", "deploy")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/this node has joined a cluster, .*: use kubectl get deployments\.apps\n$/),
  });
});

test("describe and logs of a pod of this node", async () => {
  expect((await unitlet("describe", "pod", "web")).stdout).toMatch(
    /^Events: +the API server has them: kubectl describe pod web -n /m,
  );
  expect((await unitlet("logs", "web")).stdout).toBe("hello\n");
});

test("apply and delete name the command of kubectl", async () => {
  expect(await unitlet("apply", "-f", "web.yaml")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^unitlet apply: this node has joined a cluster .*: use kubectl apply -f web\.yaml\n$/,
    ),
  });
  expect(await unitlet("delete", "pod", "web")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^unitlet delete: this node has joined a cluster .*: use kubectl delete pod web -n \S+\n$/,
    ),
  });
});
