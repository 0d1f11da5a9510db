import { expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { type PublishedSchema, podTypes } from "./pod-types.ts";

test("the types of a pod are those that the API server publishes; `-u` writes them", async () => {
  const cluster = await Cluster.up();
  const published = JSON.parse(await cluster.kubectl(["get", "--raw", "/openapi/v3/api/v1"])) as {
    readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
  };
  const path = new URL("../../src/config/pod-types.ts", import.meta.url).pathname;
  await expect(podTypes(published.components.schemas)).toMatchFileSnapshot(path);
});
