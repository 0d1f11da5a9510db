import { expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { apiTypes, PUBLISHED_KINDS, type PublishedSchema } from "./api-types.ts";

test("the types of objects are those that the API server publishes; `-u` writes them", async () => {
  const cluster = await Cluster.up();
  const documents = await Promise.all(
    Object.keys(PUBLISHED_KINDS).map(async (document) => {
      const published = JSON.parse(await cluster.kubectl(["get", "--raw", `/openapi/v3/${document}`])) as {
        readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
      };
      return published.components.schemas;
    }),
  );
  const path = new URL("../../src/config/api-types.ts", import.meta.url).pathname;
  await expect(apiTypes(Object.assign({}, ...documents))).toMatchFileSnapshot(path);
});
