import { connect } from "node:net";
import { onTimeout } from "../io/timeout.ts";
import { dialError, hostPort } from "./dial.ts";
import type { Outcome } from "./probe-state.ts";

/** Somebody accepts connections there. */
export function checkTcp(host: string, port: number, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: Outcome) => {
      answered();
      socket.destroy();
      resolve(outcome);
    };
    const late = `dial tcp ${hostPort(host, port)}: i/o timeout`;
    const answered = onTimeout(timeout * 1000, () => end({ success: false, message: late }));
    socket.once("connect", () => end({ success: true, message: "" }));
    socket.once("error", (error) => end({ success: false, message: dialError(error, host, port) }));
  });
}
