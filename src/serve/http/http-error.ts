/** An answer that is not what was asked for. Its text is what kubectl prints. */
export class HttpError extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(status: number, text: string, headers: Readonly<Record<string, string | readonly string[]>> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}
