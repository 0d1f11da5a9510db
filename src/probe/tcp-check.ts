import { connect } from "node:net";
import { onTimeout } from "../io/timeout.ts";
import { dialError, hostPort } from "./dial.ts";
import type { Outcome } from "./probe-state.ts";

/** Returns success when a connection can be opened (`probe/tcp/tcp.go: DoTCPProbe`, v1.36). `timeout` is in seconds. */
export function checkTcp(host: string, port: number, timeout: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: Outcome) => {
      cancelTimeout();
      socket.destroy();
      resolve(outcome);
    };
    const timeoutMessage = `dial tcp ${hostPort(host, port)}: i/o timeout`;
    const cancelTimeout = onTimeout(timeout * 1000, () => end({ success: false, message: timeoutMessage }));
    socket.once("connect", () => end({ success: true, message: "" }));
    socket.once("error", (error) => end({ success: false, message: dialError(error, host, port) }));
  });
}
