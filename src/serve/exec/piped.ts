import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { endSession } from "../../io/pods/session.ts";
import type { StreamRequest } from "../remote/streams.ts";
import { makePipes } from "./pipe.ts";
import { ENVIRONMENT, type ExecProcess, exitStatus } from "./process.ts";

/** Starts a command with a pipe for each requested stream, and /dev/null for the others. Throws when the words are too long. */
export async function startPiped(argv: readonly string[], requested: StreamRequest): Promise<ExecProcess> {
  const streams = (["stdin", "stdout", "stderr"] as const).filter((name) => requested[name]);
  const pipes = await makePipes(streams.map((name) => (name === "stdin" ? "in" : "out")));
  const pipe = (name: "stdin" | "stdout" | "stderr") => pipes[(streams as readonly string[]).indexOf(name)];
  const [stdin, stdout, stderr] = [pipe("stdin"), pipe("stdout"), pipe("stderr")];
  let child: ChildProcess;
  try {
    child = spawnWith(
      [stdin, stdout, stderr].map((each) => each?.given ?? "ignore"),
      argv,
    );
  } catch (error) {
    for (const { own } of pipes) own.destroy();
    throw error;
  } finally {
    for (const { given } of pipes) closeSync(given);
  }
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

function spawnWith(stdio: (number | "ignore")[], [program = "", ...words]: readonly string[]): ChildProcess {
  // The command has a session of its own, by which its processes are found.
  return spawn(program, words, { stdio, cwd: "/", env: ENVIRONMENT, detached: true });
}
