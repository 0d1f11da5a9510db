import { expect, test } from "vitest";
import { isTransient } from "./kubectl-errors.ts";

const LOST = "Unable to connect to the server: http2: client connection lost";

test.each([
  [["exec", "web", "--", "true"], "net/http: TLS handshake timeout", true],
  [["exec", "web", "--", "true"], LOST, false],
  [["delete", "pod", "web"], LOST, false],
  [["get", "pods"], LOST, true],
  [["-n", "default", "get", "pods"], "Error from server: etcdserver: request timed out", true],
  [["-n", "default", "create", "token", "get"], "Error from server: etcdserver: leader changed", false],
  [["apply", "-f", "-"], 'Post "https://127.0.0.1/": context deadline exceeded', true],
  [["get", "pods"], "error: the server doesn't have a resource type", false],
  [["wait", "pod/web"], "error: timed out waiting for the condition on pods/web", false],
])("kubectl %j after %s is repeated: %s", (args, output, expected) => {
  expect(isTransient(args, output)).toBe(expected);
});
