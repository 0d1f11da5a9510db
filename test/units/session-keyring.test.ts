import { expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";
import { run } from "../support/run.ts";

const CALLS = `sub fail { die "$_[0]\\n" } require "${installedFile("system-calls.pl").source}"; use_architecture();`;
/** The ID of the session keyring; -1 where a container manager forbids to ask for it. */
const ID = "syscall(number_of('keyctl'), 0, -3, 0)";

test("a program of unitlet exec does not have the keys of the session of its caller", async () => {
  const script = `${CALLS} my $before = ${ID}; leave_session_keyring(); my $after = ${ID};
    print $before < 0 ? 'forbidden' : $before == $after ? 'the same' : 'another'`;
  const { stdout } = await run(["perl", "-e", script]);
  expect(stdout).toMatch(/^(another|forbidden)$/);
});
