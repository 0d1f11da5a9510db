import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fenced } from "../../docs/markdown.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("bridge-alone", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

/** Returns the first block in this language of the recipe. */
function block(language: string): string {
  const recipe = readFileSync("docs/network.md", "utf8").split("\n## From nothing to a pod ")[1] ?? "";
  return fenced(recipe.slice(recipe.indexOf(`\`\`\`${language}\n`)));
}

test("the recipe of docs/network.md gives a pod of a standalone node an address, and other hosts its page", async () => {
  await machine.exec("echo hello >/srv/index.html");
  await machine.write("/etc/unitlet/unitlet.conf.d/99-test.conf", block("ini"));
  await machine.write("/etc/unitlet/manifests/web.yaml", block("yaml"));
  await machine.exec("systemctl start unitlet-sync");
  const page = async () => await (await fetch(`http://${machine.address}:8080/`)).text();
  expect(await machine.until(page, { what: "the page of the pod" })).toBe("hello\n");
  const shown = async () => {
    const { stdout } = await machine.exec("unitlet status");
    return [/^default +web +Running +main +running +0 +\S+ +10\.86\.0\.\d+$/m.test(stdout), stdout];
  };
  await machine.until(shown, { what: "the address of the pod" });
});
