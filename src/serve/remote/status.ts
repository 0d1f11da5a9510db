import type { RemoteEnd } from "./streams.ts";

/** Returns the end of a command as a metav1.Status in JSON, the format of the error stream since protocol v4. */
export function statusOf(end: RemoteEnd): string {
  if (end.kind === "exited" && end.status === 0) return JSON.stringify({ metadata: {}, status: "Success" });
  const failure = { metadata: {}, status: "Failure", message: messageOf(end) };
  if (end.kind === "exited")
    return JSON.stringify({
      ...failure,
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: String(end.status) }] },
    });
  return JSON.stringify({
    ...failure,
    reason: "InternalError",
    details: { causes: [{ message: end.message }] },
    code: 500,
  });
}

/** Returns the end of a command as text, the format before v4; "" after success. */
export function messageOf(end: RemoteEnd): string {
  if (end.kind === "failed") return `Internal error occurred: ${end.message}`;
  return end.status === 0 ? "" : `command terminated with non-zero exit code: exit status ${end.status}`;
}
