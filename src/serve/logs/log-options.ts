import type { LogOptions } from "../../io/logs/log-options.ts";
import type { Instant } from "../../model/api/time.ts";
import { HttpError } from "../http/http-error.ts";

const UNREADABLE = new HttpError(400, '{"message": "Unable to decode query."}');
const INVALID = new HttpError(422, '{"message": "Invalid request."}');

/**
 * Parses the query of containerLogs (`server/server.go: getContainerLogs`, `v1/validation/validation.go:
 * ValidatePodLogOptions`, v1.36). Throws HttpError with 400 or 422 and the kubelet's messages.
 */
export function parseLogOptions(query: URLSearchParams, now: Instant): LogOptions {
  const legacy = query.get("tail");
  const tail = legacy ? (legacy === "all" ? undefined : integer(legacy)) : integer(query.get("tailLines"));
  const limitBytes = integer(query.get("limitBytes"));
  const sinceSeconds = integer(query.get("sinceSeconds"));
  const sinceTime = time(query.get("sinceTime"));
  const isInvalid =
    (tail !== undefined && tail < 0) ||
    (limitBytes !== undefined && limitBytes < 1) ||
    (sinceSeconds !== undefined && (sinceSeconds < 1 || sinceTime !== undefined));
  if (isInvalid) throw INVALID;
  checkStream(query.get("stream"), tail);
  const since = sinceSeconds === undefined ? sinceTime : now - sinceSeconds * 1000;
  return {
    follow: flag(query.get("follow")),
    previous: flag(query.get("previous")),
    timestamps: flag(query.get("timestamps")),
    ...(tail === undefined ? {} : { tailLines: tail }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { since }),
  };
}

/**
 * Parses a boolean of a query (apimachinery's `conversion.go: Convert_Slice_string_To_bool`, v0.36): all values but "0" and
 * "false" are true.
 */
function flag(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

function integer(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (!/^[-+]?\d{1,18}$/.test(value)) throw UNREADABLE;
  return Number(value);
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[-+]\d\d:\d\d)$/;

function time(value: string | null): Instant | undefined {
  if (value === null || value === "" || value === "null") return undefined;
  const at = RFC3339.test(value) ? Date.parse(value.replace(",", ".")) : Number.NaN;
  if (Number.isNaN(at)) throw UNREADABLE;
  return at;
}

function checkStream(stream: string | null, tail: number | undefined): void {
  if (stream === null || stream === "All") return;
  if ((stream !== "Stdout" && stream !== "Stderr") || tail !== undefined) throw INVALID;
  // Both streams are one file descriptor of the container, so the lines of one cannot be selected.
  throw new HttpError(
    400,
    `stream ${JSON.stringify(stream)} is not available: this node stores both streams of a container as one`,
  );
}
