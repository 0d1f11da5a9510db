import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../support/run.ts";

let home: string;

const sh = async (script: string) => (await run(["sh", "-ec", script, "sh", home])).stdout.trim();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "image-dedup-"));
  await sh(`
    cd "$1"; mkdir -p other/d other/linked tree/d tree/linked outside
    for root in other tree; do
      for name in same content rights owner group time longer capable d/below; do echo "$name" >$root/$name; done
      : >$root/empty; ln -s same $root/link; mkfifo $root/pipe; touch -d @1000000000 $root/*  $root/d/*
    done
    echo CONTENT >tree/content; chmod 4755 tree/rights; chown 7 tree/owner; chgrp 7 tree/group; echo x >>tree/longer
    touch -d @1000000000 tree/content tree/longer; touch -d @1000000001 tree/time
    setcap cap_net_raw+ep tree/capable
    echo secret >outside/file; cp -p outside/file tree/linked/file; rmdir other/linked; ln -s ../outside other/linked
    touch -d @1000000002 tree tree/d`);
});

afterAll(() => rm(home, { recursive: true }));

test("what is alike in both becomes one file, and nothing else does", async () => {
  expect(await sh(`units/helpers/image/image-dedup "$1/other" "$1/tree"`)).toMatch(/^2 files, \d+ bytes$/);
  expect(await sh(`cd "$1"; find tree -type f -links +1 | sort`)).toBe("tree/d/below\ntree/same");
  expect(await sh(`cd "$1"; find outside -links +1 -type f`)).toBe("");
});

describe("what it leaves as it was", () => {
  test("times of directories", async () => {
    expect(await sh(`cd "$1"; stat -c %Y tree tree/d`)).toBe("1000000002\n1000000002");
  });

  test("content, and that nothing else is there", async () => {
    expect(await sh(`cd "$1/tree"; cat same d/below content; find . -name '.*' -mindepth 1`)).toBe(
      "same\nd/below\nCONTENT",
    );
  });
});

test("done again, there is nothing to do", async () => {
  expect(await sh(`units/helpers/image/image-dedup "$1/other" "$1/tree"`)).toBe("0 files, 0 bytes");
});
