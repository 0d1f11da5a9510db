import type { RemoteEnd } from "./streams.ts";

/** The end of a command as a metav1.Status, in JSON: what the error stream carries since v4. */
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

/** The same before v4: a text, and nothing at all when it went well. */
export function messageOf(end: RemoteEnd): string {
  if (end.kind === "failed") return `Internal error occurred: ${end.message}`;
  return end.status === 0 ? "" : `command terminated with non-zero exit code: exit status ${end.status}`;
}
