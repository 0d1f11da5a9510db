import type { Instant } from "../../model/api/time.ts";
import type { ApiError } from "./api-error.ts";

/**
 * The kinds of writes that have their own problem in io/problems.ts, and "other", whose callers tell it. "lists" is the list of the
 * node's pods, which is held back like a write while the API server has no room for it.
 */
export type WriteKind = "deletes" | "statuses" | "events" | "lease" | "tokens" | "lists" | "other";

/** A write, or a list, that the API server refuses. */
export interface Refusal {
  readonly kind: WriteKind;
  readonly status: number;
  readonly reason: string;
  readonly because: string;
  /** The number of refusals in a row. */
  readonly count: number;
  /** The write is not sent again before this time. */
  readonly until: Instant;
}

/** The refusals by what the writes are about. */
export type Refusals = Readonly<Record<string, Refusal>>;

const SECOND_MS = 1000;
const FIRST_DELAY_MS = 5 * SECOND_MS;
/** The longest wait, unless the API server asks for a longer one. A policy that was lifted is noticed after it. */
const MAX_DELAY_MS = 60 * SECOND_MS;
/** A header must not stop a node for ever. */
const MAX_RETRY_AFTER_MS = 300 * SECOND_MS;
/** A lease lasts for 40 s. */
const MAX_LEASE_DELAY_MS = 10 * SECOND_MS;
/** A write that no run has tried again for so long is no longer wanted, for example because the pod is gone. */
const FORGET_AFTER_MS = 600 * SECOND_MS;
/** An Event that was lost is not sent again. While a refusal is stored, each tick starts a run. */
const FORGET_LOST_AFTER_MS = 60 * SECOND_MS;
const MAX_REFUSALS = 1000;

const LISTS = "lists";

const KINDS: readonly (readonly [method: string, path: RegExp, kind: WriteKind])[] = [
  ["DELETE", /\/pods\/[^/]+$/, "deletes"],
  ["PATCH", /\/pods\/[^/]+\/status$/, "statuses"],
  ["POST", /\/events$/, "events"],
  ["PATCH", /\/events\/[^/]+$/, "events"],
  ["POST", /\/leases$/, "lease"],
  ["PATCH", /\/leases\/[^/]+$/, "lease"],
  ["POST", /\/serviceaccounts\/[^/]+\/token$/, "tokens"],
  ["GET", /^\/api\/v1\/pods\?/, LISTS],
];

export function writeKind(method: string, path: string): WriteKind {
  return KINDS.find(([of, pattern]) => of === method && pattern.test(path))?.[2] ?? "other";
}

/** True for writes and the list of pods. All else is read when it is needed. */
export function canBeHeld({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== "GET" || writeKind(method, path) === LISTS;
}

/**
 * True when the API server refuses a write, or does not answer it. False when the answer is about the object: it is gone, exists
 * already, or is another one. False for rejected credentials, and for a lease that gets no answer, which sync.ts handles. A list
 * is refused only by an API server that asks for fewer requests: after any other failure the next run tries again.
 */
export function isRefusal({ status, reason, message, retryAfter = 0 }: ApiError, kind: WriteKind): boolean {
  if (kind === LISTS) return status === 429 || retryAfter > 0;
  if (status === 401 || status === 404 || reason === "AlreadyExists" || isOtherObject({ status, message }))
    return false;
  return status >= 400 || (kind !== "lease" && (reason === "Unreachable" || reason === "NotJSON"));
}

/** True when the object has another UID than the precondition of the DELETE. */
export function isOtherObject({ status, message }: Pick<ApiError, "status" | "message">): boolean {
  return status === 409 && /UID in (the )?precondition/.test(message);
}

/** Returns the refusal after one more. `error` is the answer, `now` the time of the answer. */
export function addRefusal(
  before: Refusal | undefined,
  kind: WriteKind,
  { status, reason, message, retryAfter = 0 }: ApiError,
  now: Instant,
): Refusal {
  const count = (before?.count ?? 0) + 1;
  // The next run may be accepted after a conflict, an overload or a lost answer, but not after a policy's no.
  const isPassing = status === 0 || status === 409 || status === 429 || status >= 500;
  const doublings = isPassing ? count - 2 : count - 1;
  const delay = doublings < 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(doublings, 10));
  const asked = Math.max(delay, Math.min(MAX_RETRY_AFTER_MS, retryAfter * SECOND_MS));
  const until = now + (kind === "lease" ? Math.min(MAX_LEASE_DELAY_MS, asked) : asked);
  return { kind, status, reason, because: message, count, until };
}

/** True when the write is not to be sent now; false also after the clock was set back. */
export function isHeld({ until }: Refusal, now: Instant): boolean {
  return now < until && until - now <= MAX_RETRY_AFTER_MS;
}

/**
 * Returns the refusals without writes that are no longer wanted. `asked` are the keys of the writes of a full run: it writes each
 * status that differs, and deletes each pod that has ended. Other kinds of writes may come in a later run.
 */
export function wantedRefusals(all: Refusals, asked: ReadonlySet<string>): Refusals {
  const kept = Object.entries(all).filter(
    ([key, { kind }]) => asked.has(key) || (kind !== "statuses" && kind !== "deletes"),
  );
  return Object.fromEntries(kept);
}

/** Returns the refusals that still count: the newest, and none that no run has tried again. */
export function liveRefusals(all: Refusals, now: Instant): Refusals {
  const live = Object.entries(all).filter(([, refusal]) => {
    const limit = isLasting(refusal) ? FORGET_AFTER_MS : FORGET_LOST_AFTER_MS;
    return Math.abs(now - refusal.until) < limit;
  });
  return Object.fromEntries(live.slice(-MAX_REFUSALS));
}

const MAX_REASONS = 3;

/**
 * Returns why the API server refuses writes of this kind, as one text; undefined when it refuses none. Answers that differ in
 * names and numbers only are one reason.
 */
export function reasonsOf(all: Refusals, kind: WriteKind): string | undefined {
  const texts = new Map<string, string>();
  for (const refusal of Object.values(all)) {
    const { because } = refusal;
    if (refusal.kind === kind && isLasting(refusal) && !isEndingNamespace(because))
      texts.set(sameWords(because), because);
  }
  if (texts.size === 0) return undefined;
  const sorted = [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return sorted.slice(0, MAX_REASONS).join("; ");
}

/** True for what the API server has refused. A lost answer is a problem of the connection, unless it is lost again. */
export function isLasting({ status, count }: Refusal): boolean {
  return status !== 0 || count > 1;
}

/** A namespace that is being deleted accepts no new objects, which is no problem of the node. */
function isEndingNamespace(because: string): boolean {
  return because.includes("because it is being terminated");
}

/** Returns a text without what differs from object to object: the request, names in quotes, and numbers. */
export function sameWords(because: string): string {
  return because
    .replace(/(^|; )[A-Z]+ \/\S+:/g, "$1")
    .replace(/"[^"]*"/g, '""')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "")
    .replace(/\d+/g, "0");
}
