/** An error that is sent as HTTP response. kubectl prints its text. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(status: number, text: string, headers: Readonly<Record<string, string | readonly string[]>> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}
