import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { endSession } from "../../io/pods/session.ts";
import type { StreamRequest } from "../remote/streams.ts";
import { makePipes } from "./pipe.ts";
import { ENVIRONMENT, type ExecProcess, exitStatus } from "./process.ts";

/** Starts a command with a pipe for each requested stream, and /dev/null for the others. */
export async function startPiped(argv: readonly string[], requested: StreamRequest): Promise<ExecProcess> {
  const streams = (["stdin", "stdout", "stderr"] as const).filter((name) => requested[name]);
  const pipes = await makePipes(streams.map((name) => (name === "stdin" ? "in" : "out")));
  const pipe = (name: "stdin" | "stdout" | "stderr") => pipes[(streams as readonly string[]).indexOf(name)];
  const [stdin, stdout, stderr] = [pipe("stdin"), pipe("stdout"), pipe("stderr")];
  const [program = "", ...words] = argv;
  const child = spawn(program, words, {
    stdio: [stdin, stdout, stderr].map((each) => each?.given ?? "ignore"),
    cwd: "/",
    env: ENVIRONMENT,
    // The command has a session of its own, by which its processes are found.
    detached: true,
  });
  for (const { given } of pipes) closeSync(given);
  return {
    ...(stdin && { stdin: stdin.own }),
    ...(stdout && { stdout: stdout.own }),
    ...(stderr && { stderr: stderr.own }),
    ended: exitStatus(child),
    resize: () => {},
    end: () => {
      if (child.pid !== undefined) endSession(child.pid);
    },
  };
}
