import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { endSession } from "../../io/pods/session.ts";
import type { StreamRequest } from "../remote/streams.ts";
import { makePipes } from "./pipe.ts";
import { ENVIRONMENT, type ExecProcess, exitStatus } from "./process.ts";

/** Starts a command with a pipe for each stream that is wanted, and nothing on the others. */
export async function startPiped(argv: readonly string[], wanted: StreamRequest): Promise<ExecProcess> {
  const streams = (["stdin", "stdout", "stderr"] as const).filter((name) => wanted[name]);
  const pipes = await makePipes(streams.map((name) => (name === "stdin" ? "in" : "out")));
  const pipe = (name: "stdin" | "stdout" | "stderr") => pipes[(streams as readonly string[]).indexOf(name)];
  const [stdin, stdout, stderr] = [pipe("stdin"), pipe("stdout"), pipe("stderr")];
  const [program = "", ...words] = argv;
  const child = spawn(program, words, {
    stdio: [stdin, stdout, stderr].map((each) => each?.given ?? "ignore"),
    cwd: "/",
    env: ENVIRONMENT,
    // A session of its own, by which it is found with all that it starts.
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
