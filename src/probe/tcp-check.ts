import { connect } from "node:net";
import type { Outcome } from "./course.ts";
import { dialError, hostPort } from "./dial.ts";

/** Somebody accepts connections there. */
export function checkTcp(host: string, port: number, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const late = `dial tcp ${hostPort(host, port)}: i/o timeout`;
    const timer = setTimeout(() => end({ success: false, message: late }), timeout * 1000);
    socket.once("connect", () => end({ success: true, message: "" }));
    socket.once("error", (error) => end({ success: false, message: dialError(error, host, port) }));
  });
}
