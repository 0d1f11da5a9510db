import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Texts that kubectl, systemctl or the scheduler shows; unitlet does not write them. */
const FOREIGN = [
  "NotReady",
  "status=78",
  "Result: exec-condition",
  "status=70",
  "untolerated taint",
  "ContainerCreating",
  "OutOfcpu",
  "Terminating",
  "x509: certificate signed by unknown authority",
  "connect: connection refused",
  "unitlet-sync.path",
  "failed",
  "Too many open files",
  "kubectl logs",
  "kubectl exec",
];

test("a symptom in docs/troubleshooting.md has the words of the code, or of a program that is not unitlet", () => {
  const code = globSync(["src/**/*.ts"], { cwd: root }).map(read).join("\n").replaceAll("\\", "");
  const headings = read("docs/troubleshooting.md").match(/^##+ .*$/gm) ?? [];
  const quoted = headings.flatMap((heading) => [...heading.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words));
  expect(quoted.length).toBeGreaterThan(25);
  const unknown = quoted.filter((words) => !FOREIGN.includes(words) && !code.includes(words.replace(/ ?…$/, "")));
  expect(unknown).toEqual([]);
});
