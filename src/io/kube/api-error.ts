type ErrorDetails = Partial<Pick<ApiError, "cause" | "retryAfter" | "isTold" | "isHeld">>;

/** The API server did not respond, or rejected the request. `status` is 0 when there was no response. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  /** The seconds of the header Retry-After. */
  readonly retryAfter?: number;
  /** The journal has the problem, or the end of the run tells it: see write-gate.ts. */
  readonly isTold?: boolean;
  /** The write was not sent, because the API server has refused it a short time ago. */
  readonly isHeld?: boolean;

  /** Compares the name, because each bundle has its own copy of this class, and errors pass from one bundle to another. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ApiError";
  }

  constructor(message: string, status: number, reason: string, more: ErrorDetails = {}) {
    const { cause, ...details } = more;
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.reason = reason;
    Object.assign(this, details);
  }
}

/** Returns the result of a call; undefined when the API server responded with 404. Throws other errors. */
export async function ignoreNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
