import { expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { apiTypes, type PublishedSchema } from "./api-types.ts";

test("the types of objects are those that the API server publishes; `-u` writes them", async () => {
  const cluster = await Cluster.up();
  const published = JSON.parse(await cluster.kubectl(["get", "--raw", "/openapi/v3/api/v1"])) as {
    readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
  };
  const path = new URL("../../src/config/api-types.ts", import.meta.url).pathname;
  await expect(apiTypes(published.components.schemas)).toMatchFileSnapshot(path);
});
