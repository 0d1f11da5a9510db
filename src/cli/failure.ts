/** Ends a command with a message for stderr and an exit status. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
