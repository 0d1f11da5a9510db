import { expect, test } from "vitest";
import { images, table } from "../../src/cli/images.ts";
import type { StoredTree } from "../../src/model/image/image.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const tree = (change: Partial<StoredTree>): StoredTree => ({
  digest: `sha256:${"0123456789abcdef".repeat(4)}`,
  names: [],
  size: 1,
  diskSize: 1,
  pulledAt: 0,
  usedAt: NOW - 90_000,
  users: [],
  ...change,
});

test("a line for each name, the largest image first", () => {
  const small = tree({ diskSize: 1_500_000, usedAt: NOW - 3 * 86_400_000 });
  const large = tree({
    names: ["docker.io/library/a:1", "docker.io/library/a:2"],
    diskSize: 20_000_000,
    users: ["u/c"],
    isPinned: true,
  });
  expect(table([small, large], NOW)).toBe(
    `IMAGE                  DIGEST        SIZE   USERS  USED  PINNED
docker.io/library/a:1  0123456789ab  20 MB  1      90s   yes
docker.io/library/a:2  0123456789ab  20 MB  1      90s   yes
<none>                 0123456789ab  2 MB   0      3d    -
`,
  );
});

test.each([
  [["pull"], "unitlet images: pull needs the name of an image"],
  [["import", "--quiet"], "unitlet images: import needs a file"],
  [["prune", "all"], 'unitlet images: unexpected argument "all"'],
  [["export", "--name", "a", "b"], "unitlet images: export has no option --name"],
  [["load", "a.tar"], 'unitlet images: unknown command "load"'],
])("unitlet images %j is refused with the usage", async (words, problem) => {
  await expect(images(words)).rejects.toThrow(`${problem}\n\nusage: unitlet images`);
});
